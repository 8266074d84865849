/** The chat room's texts: logins, and messages that stand behind their sender's name. Pure. */

export interface Login {
  /** What stands before all that its owner says. */
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

/** What stands before all that somebody says. */
export const prefixOf = (name: string) => `:${name}:`;

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

/** [CHAT-3] `:Al:alop:Al:hi` from one that did not wait is a login and a message. */
export function loginAndMessages(text: string): string[] | undefined {
  const [login] = /^:([^:]+):[^:]*(?=:\1:)/.exec(text) ?? [];
  return login === undefined ? undefined : [login, text.slice(login.length)];
}
