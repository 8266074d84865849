/** Reasons, in words, why an onlooker has no card to show: through a proxy, and in a capture. */
import type { Looked } from "../onlooker/look.ts";

/** By how far it was judged. */
export type StoppedWords = Readonly<Record<NonNullable<Looked["stopped"]> | "whole", string>>;

const upTo = "up to there, no mistake is recognised.";

const NO_MISTAKE = "No mistake recognised. (That does not prove the programs right.)";

const ANYWHERE = {
  whole: NO_MISTAKE,
  left: NO_MISTAKE,
  parted: `The server goes another way than the rules name, where more than one may be meant; ${upTo}`,
  unknown: `What the server knew here cannot be told from its words; ${upTo}`,
  dialogue:
    "Its role is one of your own, so what the role's dialogue says word for word is judged, as far as the client followed it; up to there, no mistake is recognised.",
  dismissed: `The server ended it with words that it may always say: it is full, it stops, or a limit of its own was reached; ${upTo}`,
};

export const proxiedWords: StoppedWords = {
  ...ANYWHERE,
  "no-role": "It is told and not judged: its role is not known here.",
  beginning: "The beginning is not kept, so it is told and not judged.",
  lost: `Bytes are no longer kept; ${upTo}`,
};

export const capturedWords: StoppedWords = {
  ...ANYWHERE,
  "no-role":
    "None of netlabd's roles is known in it, so it is told and not judged: name the server's with --role.",
  beginning: "The beginning is not in the capture, so it is told and not judged.",
  lost: `Bytes are missing in the capture; ${upTo}`,
};
