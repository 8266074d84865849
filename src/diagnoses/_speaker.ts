/** Words for the two sides: the program that is looked at may be a client of our role, or the server of our client. */
import type { Evidence } from "./_evidence.ts";

/** `Your program`, or `The server`: at the start of a sentence. */
export const speaker = ({ isServer }: Evidence) => (isServer ? "Your program" : "The server");
/** The side that reads what the speaker has sent. */
export const listener = ({ isServer }: Evidence) => (isServer ? "the server" : "the client");

/** `00 03`; of many the first ones. */
export function hex(bytes: Buffer, most = 8): string {
  const shown = (bytes.subarray(0, most).toString("hex").match(/../g) ?? []).join(" ");
  return bytes.length > most ? `${shown} …` : shown;
}
