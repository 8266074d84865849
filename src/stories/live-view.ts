/** A live connection at one moment, as plain data: what its story does not tell yet. */
export interface LiveView {
  readonly framing: string;
  /** Bytes that no state has read yet, and the first of them. */
  readonly unreadBytes: number;
  readonly unread: Buffer;
  /** Bytes that wait for a peer that does not read. */
  readonly queuedBytes: number;
  /** How long nothing has moved, either way. */
  readonly stillMs: number;
}
