/**
 * The life of a connection: one value, moved by events, and nothing else tells how far on its way out it is.
 *
 *     conversing ──stop──▶ leaving ──close, once nothing is under way──┐
 *         └──────close────────────────────────────────▶ flushing ◀─────┘
 *                                                          │ flushed: our FIN
 *                                                       draining ──closed──▶ over
 *     any of these ──tear, broke──▶ torn ──closed──▶ over
 *
 * The closer is read from here: the side that sent the first FIN, tore it down, or broke it.
 */
import type { Cause } from "../stories/causes.ts";

export type Side = "us" | "peer";

export type Life =
  | { readonly is: "conversing" }
  /** The role stops: once nothing is under way with this peer, it is told so and goes. */
  | { readonly is: "leaving"; readonly farewell: string }
  /** A close is due; our last words wait for their gap, or stand behind a file. */
  | { readonly is: "flushing" }
  /** Our FIN is sent; what still comes is read and not looked at, so that no reset takes our last words away [FRAME-8]. */
  | { readonly is: "draining"; readonly closedBy: Side }
  /** Broke, or was broken; the system's close follows. */
  | { readonly is: "torn"; readonly closedBy: Side; readonly cause?: Cause | undefined }
  | { readonly is: "over"; readonly closedBy: Side; readonly cause?: Cause | undefined };

export type LifeEvent =
  | { readonly type: "stop"; readonly farewell: string }
  | { readonly type: "close" }
  /** Nothing of ours waits any more. */
  | { readonly type: "flushed"; readonly hasPeerEnded: boolean }
  /** By us. */
  | { readonly type: "tear"; readonly cause?: Cause | undefined }
  /** By the peer, or by the network between us. */
  | { readonly type: "broke"; readonly cause: Cause }
  /** The system has closed it. */
  | { readonly type: "closed" };

export const CONVERSING: Life = { is: "conversing" };
const FLUSHING: Life = { is: "flushing" };

/** The same object where the event changes nothing. */
export function lifeAfter(life: Life, event: LifeEvent): Life {
  switch (life.is) {
    case "conversing":
      return event.type === "stop" ? { is: "leaving", farewell: event.farewell } : afterOpen(life, event);
    case "leaving":
    case "flushing":
      return afterOpen(life, event);
    case "draining":
      return afterFin(life, event);
    case "torn":
      return event.type === "closed" ? { ...life, is: "over" } : life;
    case "over":
      return life;
  }
}

/** Our FIN is not sent yet. */
function afterOpen(life: Life, event: LifeEvent): Life {
  switch (event.type) {
    case "stop":
      return life;
    case "close":
      return life.is === "flushing" ? life : FLUSHING;
    case "flushed":
      if (life.is !== "flushing") return life;
      return { is: "draining", closedBy: event.hasPeerEnded ? "peer" : "us" };
    case "tear":
      return { is: "torn", closedBy: "us", cause: event.cause };
    case "broke":
      return { is: "torn", closedBy: "peer", cause: event.cause };
    case "closed":
      return { is: "over", closedBy: "peer" };
  }
}

/** Closer: the sender of the first FIN, unless the peer breaks what it should have read to its end. */
function afterFin(life: Life & { readonly is: "draining" }, event: LifeEvent): Life {
  switch (event.type) {
    case "tear":
      return { is: "torn", closedBy: life.closedBy, cause: event.cause };
    case "broke":
      return { is: "torn", closedBy: "peer", cause: event.cause };
    case "closed":
      return { is: "over", closedBy: life.closedBy };
    default:
      return life;
  }
}

/** Messages are read and answered. */
export const isOpen = ({ is }: Life) => is === "conversing" || is === "leaving";
/** Something may still be written. */
export const isWritable = (life: Life) => isOpen(life) || life.is === "flushing";
