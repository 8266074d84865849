/**
 * The contract of a fault of the line: one file in this folder = one fault. Names and attributes are toxiproxy's where it has one. A fault is
 * told what is to go over the line and when, and answers with what goes on, and when; of roles and connections it knows nothing.
 */
import type { z } from "zod";
import type { LineDeed } from "../stories/entry.ts";

/** A chunk of a stream or a datagram; or the end of a stream. */
export type Piece =
  | {
      readonly bytes: Buffer;
      /** Told when it has gone, or why it never will. */
      readonly onGone?: ((error: Error | undefined) => void) | undefined;
    }
  | { readonly bytes: undefined; readonly onGone?: (() => void) | undefined };

/** A fault in one direction of one connection. */
export interface Stage {
  /** Bytes that it holds, to be given on. */
  readonly heldBytes?: number;
  take(piece: Piece): void;
  /** Gives all that it holds to the next, in order and at once: the fault is taken away. */
  release(): void;
}

/** Deeds of a fault itself, for the story. */
export type Deed = Exclude<LineDeed, "on" | "off">;

/** Surroundings of a stage. */
export interface StageHost {
  now(): number;
  /** Returns what takes the timer back. */
  later(callback: () => void, ms: number): () => void;
  /** From 0 to under 1; the same seed has the same ones. */
  random(): number;
  next(piece: Piece): void;
  /** Ends the connection: by a reset, or by a FIN both ways. What is written from then on is lost. */
  cut(how: "rst" | "fin"): void;
  /** Takes a piece out of the line: its writer need not wait for it. */
  lose(piece: Piece): void;
  /** Tells the story. */
  did(deed: Deed, size?: number): void;
}

export type Transport = "tcp" | "udp";

export interface FaultDefinition<Schema extends z.ZodObject = z.ZodObject> {
  readonly name: string;
  readonly summary: string;
  readonly transports: readonly Transport[];
  /** Milliseconds, bytes, kilobytes a second, shares from 0 to 1. */
  readonly attributes: Schema;
  /** Bytes may be lost by it: taken away, the conversation is not what it would have been. */
  readonly isDestructive: boolean;
  readonly stage: (attributes: z.output<Schema>, host: StageHost) => Stage;
}

// A fault is typed by its own attributes; the table holds all of them.
export type Fault = FaultDefinition;

export function defineFault<Schema extends z.ZodObject>(fault: FaultDefinition<Schema>): Fault {
  return fault as unknown as Fault;
}
