/**
 * A line between a link's wire and its user: it may hold, cut or lose what goes over it. A link without one has no such code in its path.
 * What the user is told, and what it says, is what a story has; the line is outside of it.
 */

/** The wire, as a line moves it. */
export interface Wire {
  readonly queuedBytes: number;
  write(bytes: Buffer, onWritten?: (error: Error | undefined) => void): void;
  end(onFinished?: () => void): void;
  reset(): void;
  pause(): void;
  resume(): void;
}

/** The link's user, as a line tells it. */
export interface Listener {
  onData(chunk: Buffer): void;
  onEnd(): void;
  onDrain(): void;
}

export interface Line {
  /** Bytes that were written and that the wire does not have yet. */
  readonly heldBytes: number;
  // -- from the wire
  onData(chunk: Buffer): void;
  onEnd(): void;
  onDrain(): void;
  /** Nothing comes and nothing goes any more. */
  onClose(): void;
  // -- from the user
  write(bytes: Buffer, onWritten?: (error: Error | undefined) => void): void;
  end(onFinished?: () => void): void;
  pause(): void;
  resume(): void;
}

/** Makes a line over this wire, for this user. */
export type LineMaker = (wire: Wire, listener: Listener) => Line;

/** A fault of a line as plain data, for lines that are in another process. */
export interface PlainFault {
  /** `f1` */
  readonly id: string;
  readonly name: string;
  readonly given: Readonly<Record<string, string>>;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly target: string;
  readonly transport: "tcp" | "udp";
  readonly direction: "in" | "out" | "both";
  readonly chance: number;
  readonly seed: number;
}

/** Lines of an instance that plays in another process. */
export interface DistantLines {
  /** Resolves when it is on them, or will be on those that come. */
  put(fault: PlainFault): Promise<void>;
  take(id: string): Promise<void>;
}
