/** Words of the relay, and the parts of its messages [RELAY-0…RELAY-3]. Pure. */

/** Sender of the relay's own answers, so no user's name. */
export const SERVER = "Server";
export const MESSAGE_PLEASE = "Message please";
export const NAME_TAKEN = `${SERVER} | Name taken`;
export const HOW_TO = `${SERVER} | Use message|user`;
export const NOT_ONLINE = `${SERVER} | Receiver not online`;
export const RESTARTED = `${SERVER} | Restarted: a message of just now may be lost`;
export const CLOSE = "close";
export const CLOSING = "Closing..";

/** A name stands before everything that its owner sends. */
const MAX_NAME = 64;

export const isClose = (text: string) => text.trim() === CLOSE;
export const isNameTaken = (text: string) => text.startsWith(NAME_TAKEN);
export const hasReceiver = (text: string) => text.includes("|");

/** A name with a `|` could not be told from a name and a text, and no message would find it. */
export function parseName(text: string): string | undefined {
  const name = text.trim();
  const isUsable = name !== "" && name.length <= MAX_NAME && !/[|\0\r\n]/.test(name);
  return isUsable ? name : undefined;
}

/** [RELAY-2] Split at the last `|`, so that the text may have some of its own. */
export function parseMessage(message: string): { text: string; user: string } | undefined {
  const bar = message.lastIndexOf("|");
  return bar < 0 ? undefined : { text: message.slice(0, bar), user: message.slice(bar + 1).trim() };
}

/** The message as its receiver reads it: a line of its own inside would be read as another's. */
export const messageFrom = (sender: string, text: string) => `${sender} | ${text.replace(/[\0\r\n]+/g, " ")}`;

/** [RELAY-2] A message of the user `as`, back at its sender: as it was said, its text alone, or under this name. One to itself may come back. */
export function isSentBack(
  line: string,
  { sent, as }: { readonly sent: string; readonly as: string },
): boolean {
  const message = parseMessage(sent.trimEnd());
  const text = message?.text.trim() ?? "";
  if (!message || message.user === as || text === "") return false;
  const said = line.trim();
  if (said === text || said === sent.trim()) return true;
  return said.endsWith(text) && bare(said.slice(0, -text.length)) === bare(as);
}

/** A name without the marks around it. */
const bare = (name: string) => name.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, "");
