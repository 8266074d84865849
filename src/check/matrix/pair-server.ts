/** Server of a pair: a hand-in's program, or a role of ours that the tester plays itself. */
import { isIPv4 } from "node:net";
import path from "node:path";
import { systemClock } from "../../actors/clock.ts";
import { packageData } from "../../places.ts";
import { Recorder } from "../../stories/recorder.ts";
import type { StartedPrograms } from "../box/started-programs.ts";
import { Chance } from "../chance.ts";
import { checkableOf } from "../checkable.ts";
import { OwnServer } from "../own-server.ts";
import { patience } from "../patience.ts";
import type { Exit, Program, Silence } from "../program.ts";
import { Transcript } from "../transcript.ts";

export interface PairServer {
  readonly port: number;
  /** Undefined: it runs. */
  readonly exit: Exit | undefined;
  isWaiting(): Promise<boolean>;
  isSilent(silence: Silence): Promise<boolean>;
  close(): Promise<void>;
}

const LISTEN_MS = 8_000;
const LOOK_MS = 10;
/** Looks at a program that only waits and listens to no one, until it is given up: a disk may be waited for now and then. */
const SILENT_LOOKS = 30;

/** Undefined: it did not come to listen. */
export async function startedServer(
  programs: StartedPrograms,
  command: string,
): Promise<PairServer | undefined> {
  const server = await programs.start({
    command,
    host: "127.0.0.1",
    port: await programs.freePort(),
    onTerminal: false,
  });
  const port = await untilListening(server);
  if (port === undefined) return undefined;
  return {
    port,
    get exit() {
      return server.exit;
    },
    isWaiting: () => server.isWaiting(),
    isSilent: (silence) => server.isSilent(silence),
    close: () => programs.close(),
  };
}

async function untilListening(server: Program): Promise<number | undefined> {
  const from = performance.now();
  const until = from + LISTEN_MS * patience();
  let silent = 0;
  for (let now = from; now < until && server.exit === undefined; now = performance.now()) {
    const rows = await server.listening("tcp");
    // Java's 127.0.0.1 is a socket of IPv6 that takes IPv4.
    const row = rows.find(({ address }) => isIPv4(address) || address === "::");
    if (row) return row.port;
    silent = (await server.isSilent({ quietMs: now - from, leftMs: until - now })) ? silent + 1 : 0;
    if (silent >= SILENT_LOOKS) return undefined;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return undefined;
}

/** A role of ours in this process: what comes to it is answered before the next look at the client. */
export async function ownServer(role: string): Promise<PairServer> {
  const { role: own } = await checkableOf(role);
  const scene = {
    chance: new Chance("matrix"),
    transcript: new Transcript(),
    recorder: new Recorder(systemClock, { keepsAll: true }),
    signal: new AbortController().signal,
    program: () => undefined,
  };
  const server = await OwnServer.open(own, { root: path.join(packageData, "files") }, scene);
  return {
    port: server.port,
    exit: undefined,
    isWaiting: async () => true,
    isSilent: async () => true,
    close: () => server.close(),
  };
}
