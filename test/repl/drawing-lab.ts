/** A daemon of the test's own, and commands in it: all that they said, and their exit. Made anew for each test. */
import { evaluate } from "../../src/repl/evaluator.ts";
import { daemon } from "./own-daemon.ts";

export { daemon, useDaemon } from "./own-daemon.ts";

export interface Screen {
  readonly columns?: number;
  readonly rows?: number;
  readonly stop?: AbortController;
}

/** A command under way: what it said so far, and its exit. */
export function begin(line: string, { columns = 80, rows, stop = new AbortController() }: Screen = {}) {
  const said = {
    out: [] as string[],
    err: [] as string[],
    data: [] as unknown[],
    frames: [] as string[],
    files: new Map<string, string>(),
  };
  const responder = {
    out: (text: string) => void said.out.push(text),
    err: (text: string) => void said.err.push(text),
    data: (document: unknown) => void said.data.push(document),
    frame: (text: string) => void said.frames.push(text),
    ask: async () => "",
    writeFile: async (path: string, text: string) => void said.files.set(path, text),
    isBehind: false,
  };
  return {
    ...said,
    exit: evaluate({
      lab: daemon.lab,
      level: "own",
      request: { line, columns, rows },
      responder,
      signal: stop.signal,
    }),
  };
}

export async function run(line: string, screen?: Screen) {
  const under = begin(line, screen);
  const exit = await under.exit;
  return { ...under, exit, text: under.out.join("\n") };
}

export const spawn = (role: string, given: Record<string, unknown> = {}) =>
  daemon.lab.spawn(role, { host: "127.0.0.1", port: 0, ...given });
