/** Conversations through a real proxy, of programs in a language that is not ours: whose mistake it is. */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Role } from "../../src/machines/_role.ts";
import calculator from "../../src/machines/calculator.ts";
import calculatorClient from "../../src/machines/calculator-client.ts";
import proxy from "../../src/machines/proxy.ts";
import { lookAtPair, type Pair, type PairLook } from "../../src/onlooker/proxied.ts";
import { Conversation } from "../actors/conversation.ts";
import { converse, eventually, openLab, type TestLab, temporaryFolder } from "../actors/harness.ts";
import { fileOf, type Mutant, mutants, mutated } from "../conformance/mutants.ts";
import { rightPeers } from "../conformance/right-peers.ts";
import { hasPython } from "../doctor/hospital.ts";
import { freePort } from "../e2e/free-ports.ts";

const mutantOf = (of: string, name: string): Mutant => {
  const found = mutants.find((one) => one.of === of && one.name === name);
  if (!found) throw new Error(`no mutant of ${of} ${name}`);
  return found;
};

/** A program of the right ones, with one mistake where it is told so; answers the port where it listens. */
async function serve(name: string, words: readonly string[] = [], mutant?: Mutant): Promise<number> {
  const folder = await temporaryFolder();
  cpSync(rightPeers, folder, { recursive: true });
  if (mutant) writeFileSync(path.join(folder, fileOf(mutant)), mutated(mutant));
  const port = await freePort();
  const program: ChildProcess = spawn("python3", ["-B", `${name}.py`, String(port), ...words], {
    cwd: folder,
    stdio: "ignore",
  });
  onTestFinished(() => void program.kill("SIGKILL"));
  await eventually(async () => (await Conversation.open(port)).socket.destroy(), 20_000);
  return port;
}

interface Scene {
  readonly roles: readonly Role[];
  readonly as: string;
  readonly server: number;
}

/** Lets this client talk with the server through a proxy, and looks at what they said. */
async function looked(scene: Scene, client: (peer: Conversation) => Promise<void>): Promise<PairLook> {
  const lab = await openLab([...scene.roles, proxy]);
  const through = await lab.spawn("proxy", { to: `127.0.0.1:${scene.server}`, as: scene.as });
  const peer = await converse(through);
  await client(peer);
  const pair = await over(lab);
  const { roles } = lab.supervisor;
  const look = await lookAtPair(pair, { roles, now: Date.now() });
  if (typeof look !== "object") throw new Error(`it is not judged: ${look}`);
  return look;
}

async function over(lab: TestLab): Promise<Pair> {
  await eventually(() => {
    expect(lab.recorder.all()).toHaveLength(2);
    expect(lab.recorder.live()).toEqual([]);
  });
  const [client, server] = (["client", "server"] as const).map((leg) =>
    lab.recorder.all().find(({ subject }) => subject.leg === leg),
  );
  if (!client || !server) throw new Error("there is no pair");
  return { client, server };
}

const found = ({ looked: { fault, cards, judged } }: PairLook) => ({
  fault,
  cards: cards.filter(({ level }) => level === "violation").map(({ side, id }) => `${side} ${id}`),
  verdict: judged.verdict,
});
const FAULTLESS = { fault: undefined, cards: [], verdict: "ok" };

describe.skipIf(!hasPython)("a calculator behind a proxy", () => {
  const roles = [calculator, calculatorClient];
  const as = "calculator";
  const talk = async (peer: Conversation, ...asked: (readonly [string, number])[]) => {
    peer.say("ann\n");
    for (const [expression, size] of asked) {
      peer.say(`${expression}\n`);
      await peer.hearsBytes(size);
    }
    peer.end("q\n");
    await peer.hearsTheEnd();
  };

  it("that is right, with a right client: no mistake", async () => {
    const server = await serve("calculator-server");
    expect(
      found(await looked({ roles, as, server }, (peer) => talk(peer, ["15 + 35", 5], ["1 / 4", 5]))),
    ).toEqual(FAULTLESS);
  });

  it("that is wrong: the server's mistake, with its words and those of the rules", async () => {
    const server = await serve("calculator-server", [], mutantOf("calculator-server", "adds one"));
    const look = await looked({ roles, as, server }, (peer) => talk(peer, ["15 + 35", 5]));
    expect(found(look)).toMatchObject({ fault: "server", verdict: "violation" });
    const said = look.looked.disagreements.map((one) => [String(one.said), String(one.ours)]);
    expect(said).toEqual([["51.0", "50.0"]]);
    expect([look.judged.client.verdict, look.judged.server.verdict]).toEqual(["ok", "violation"]);
  });

  it("that is right, with a wrong client: the client's mistake", async () => {
    const server = await serve("calculator-server");
    const look = await looked({ roles, as, server }, async (peer) => {
      // Whatever is no expression is not answered in kind.
      peer.say("ann\n");
      peer.say("15+35\n");
      await peer.hearsBytes(2);
      peer.end("q\n");
      await peer.hearsTheEnd();
    });
    expect(look.looked.fault).toBe("client");
    expect(look.looked.cards[0]).toMatchObject({ side: "client" });
    expect([look.judged.client.verdict, look.judged.server.verdict]).toEqual(["violation", "ok"]);
  });
});
