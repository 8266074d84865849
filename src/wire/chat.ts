/** Words of the chat room: logins, and messages that stand behind their sender's name. Pure. */

export const PROMPT = "Please, Enter Your ig name";
/** [CHAT-1] The operator's name in the room, so no member's. */
export const SERVER = "Server";
export const RESTARTED = "The room was restarted: what was said last may be lost";
export const CLOSES = "The room closes";
const NAME_TAKEN = "Name taken";

export const nameTaken = (name: string) => `${NAME_TAKEN}: ${name}, choose another\n`;
/** Name that a line says is taken, in whatever words of that beginning; undefined: it says nothing of the kind. */
export function takenIn(line: string): string | undefined {
  if (!line.startsWith(NAME_TAKEN)) return undefined;
  return line
    .slice(NAME_TAKEN.length)
    .replace(/^:\s*/, "")
    .replace(/, choose another\s*$/, "");
}

/** The refusal may share a read with the prompt that follows it. */
export const isNameTaken = (text: string) => text.split(/[\r\n]/).some((line) => line.startsWith(NAME_TAKEN));
export const connected = ({ name, login }: Login) => `new user :${name}:${login} connected!\n`;
export const joined = ({ name, login }: Login) => `new user :${name}:${login} joined \n`;
export const left = ({ name, login }: Login) => `:${name}:${login} left chat`;
export const loginOf = ({ name, login }: Login) => `:${name}:${login}`;

export interface Login {
  /** Name that stands before all that its owner says. */
  readonly name: string;
  readonly login: string;
}

/** A name stands before everything that its owner says: a long one would drown the others. */
const MAX_NAME = 64;

/** `:Alan Musk:alanop`, or one word for both. No colon in a name: `:Al:hi` must not be Al's and another's. */
export function parseLogin(text: string): Login | undefined {
  const [line = ""] = text.split(/[\0\r\n]/);
  const match = /^:?([^:]*)(?::(.*))?$/.exec(line.trim());
  const [, name = "", login = ""] = (match ?? []).map((part) => part?.trim() ?? "");
  const parsed = { name: name || login, login: login || name };
  const isUsable = parsed.name !== "" && !parsed.name.includes(":");
  return isUsable && Math.max(parsed.name.length, parsed.login.length) <= MAX_NAME ? parsed : undefined;
}

/** Both names, each told: no other protocol opens like this. */
export const isWholeLogin = (text: string) => /^:[^:\s][^:]*:[^:\s][^:]*$/.test(text);

/** The text before all that a member says. */
export const prefixOf = (name: string) => `:${name}:`;

/** A message that comes back to its speaker without the name, or before what earlier ones left in a buffer (`stale`); no other's line is either. */
export function isSpoilt(
  said: string,
  { sent, stale }: { readonly sent: string; readonly stale: string },
): boolean {
  const [, text = ""] = /^:[^:]*:(.*)$/s.exec(sent.trimEnd()) ?? [];
  const line = said.trimEnd();
  return line !== "" && (line === text.trim() || (stale !== "" && line === (sent + stale).trimEnd()));
}

/** [CHAT-2] Under the speaker's own name, whatever is in it: a line of its own inside would be read as another's. */
export function saidBy(name: string, text: string): string {
  const prefix = prefixOf(name);
  const line = text.replace(/[\0\r\n]+/g, " ");
  return line.startsWith(prefix) ? line : prefix + line;
}

/** [CHAT-3] `:Al:hi:Al:there` is two messages: each repetition of the sender's own prefix starts one. */
export function splitAtPrefix(text: string, prefix: string): string[] | undefined {
  if (!text.startsWith(prefix)) return undefined;
  const messages: string[] = [];
  let start = 0;
  for (let next = 0; next >= 0; start = next) {
    next = text.indexOf(prefix, start + prefix.length);
    messages.push(text.slice(start, next < 0 ? undefined : next));
  }
  return messages;
}

/** [CHAT-3] `:Al:alop:Al:hi` of a client that did not wait is a login and a message. */
export function loginAndMessages(text: string): string[] | undefined {
  const [login] = /^:([^:]+):[^:]*(?=:\1:)/.exec(text) ?? [];
  return login === undefined ? undefined : [login, text.slice(login.length)];
}
