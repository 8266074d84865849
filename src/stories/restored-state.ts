/** State of a story that comes from another process, or from the journal. */
import type { Story } from "./story.ts";

/** Fields of a story that are restored besides its entries. */
export type RestoredState = Pick<
  Story,
  | "openedAt"
  | "endedAt"
  | "state"
  | "waitsFor"
  | "bytesIn"
  | "bytesOut"
  | "framing"
  | "lastRule"
  | "isLineBad"
  | "fault"
  | "cause"
  | "peerName"
  | "judged"
  | "secrets"
>;
