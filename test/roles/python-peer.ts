/** Programs of `test/peers`: Python 3 as it is handed in. Each goes with its test. */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { onTestFinished } from "vitest";
import { Program } from "../e2e/program.ts";

export const hasPython = spawnSync("python3", ["--version"]).status === 0;

const peers = path.join(import.meta.dirname, "../peers");

export function pythonPeer(
  program: string,
  args: readonly (string | number)[],
  options: { readonly input?: string; readonly isInputOpen?: boolean } = {},
): Program {
  const argv = ["-u", path.join(peers, program), ...args.map(String)];
  const peer = new Program("python3", argv, { cwd: peers, env: process.env, ...options });
  onTestFinished(() => peer.end());
  return peer;
}

/** A server on any free port: it says which, once it listens. */
export async function pythonServer(
  program: string,
  args: readonly (string | number)[] = [],
  options: { readonly input?: string; readonly isInputOpen?: boolean } = {},
): Promise<{ readonly port: number; readonly program: Program }> {
  const server = pythonPeer(program, [0, ...args], options);
  await server.says(/listening on \d+\n/);
  return { port: Number(/listening on (\d+)/.exec(server.stdout)?.[1]), program: server };
}
