/** Faults of a capture file, and their places. The sentences are made at the edge. */
export type CaptureFault =
  /** Begins like no capture. */
  | "no-capture"
  /** Ends in the middle of a packet. */
  | "cut"
  | "damaged"
  | "too-large"
  | "too-many";

export class CaptureError extends Error {
  override readonly name = "CaptureError";
  readonly fault: CaptureFault;
  /** The byte of the file, or the limit that was passed. */
  readonly at: number;

  constructor(fault: CaptureFault, at: number) {
    super(`${fault} at ${at}`);
    this.fault = fault;
    this.at = at;
  }
}
