/** `expect`: of the last command's output and status, or of a connection's text. */
import { exitCodes, NetlabError } from "../errors.ts";
import type { ClientCall } from "./client-commands.ts";
import { holds, saidInstead } from "./expectation.ts";

interface ExpectOptions {
  readonly not: boolean;
  readonly exit?: number | undefined;
  readonly conn?: string | undefined;
  readonly within: number;
}

/** Exit status 1 where it does not hold. */
export async function expectation(call: ClientCall): Promise<number> {
  const options = call.options as unknown as ExpectOptions;
  const text = call.rest.join(" ");
  if (text === "" && options.exit === undefined) {
    throw new NetlabError("usage/expect-nothing");
  }
  const complaint =
    options.conn === undefined ? ofLast(call, text, options) : await ofConnection(call, text, options);
  if (complaint === undefined) return exitCodes.done;
  await call.console.err(complaint);
  return exitCodes.checkFailed;
}

function ofLast(
  { runner }: ClientCall,
  text: string,
  { not: isNot, exit }: ExpectOptions,
): string | undefined {
  const { last } = runner;
  if (!last) throw new NetlabError("usage/expect-first");
  if (exit !== undefined && last.exit !== exit) {
    return `expected exit status ${exit}, and it was ${last.exit}; ${saidInstead(last.text)}`;
  }
  if (text === "" || holds(text, last.text) !== isNot) return undefined;
  return isNot ? `not expected, and said: ${text}` : `expected: ${text}\n${saidInstead(last.text)}`;
}

/** Waits in the daemon, which hears of each byte. */
async function ofConnection(
  { runner, console }: ClientCall,
  text: string,
  { not: isNot, conn = "", within, exit: status }: ExpectOptions,
): Promise<string | undefined> {
  if (status !== undefined || text === "") throw new NetlabError("usage/expect-conn");
  const words = ["wait-for", "--text", text, "--timeout", `${within}ms`, "--", conn];
  const { exit, text: said } = await runner.ask(words, console.signal);
  if (exit === exitCodes.done)
    return isNot ? `not expected, and it has gone over ${conn}: ${text}` : undefined;
  if (exit !== exitCodes.timedOut) return said;
  return isNot ? undefined : `expected over ${conn}: ${text}\n${said}`;
}
