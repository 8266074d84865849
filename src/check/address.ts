/** Address of a server that is checked, as it was typed. */
import { NetlabError } from "../errors.ts";
import { hostPort } from "../machines/_options.ts";

/** Throws a NetlabError `usage` where it is none. */
export function addressIn(text: string): { host: string; port: number } {
  const parsed = hostPort().safeParse(text);
  if (parsed.success) return parsed.data;
  throw new NetlabError("usage/of-command", {
    command: "check",
    why: parsed.error.issues[0]?.message ?? "no address",
  });
}
