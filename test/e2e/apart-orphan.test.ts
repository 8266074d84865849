/** A role that loops for ever, and a daemon that is killed meanwhile: nothing is left that takes a processor. */
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { afterAll, expect, it } from "vitest";
import { type InstanceDocument, TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { Scene } from "./scene.ts";

const scene = new Scene();
afterAll(() => scene.end());

/** Without types: there is nothing to be checked first. */
const LOOPS = `
import { defineRole } from "netlabd";
import { setup } from "xstate";
import { z } from "zod";
export default defineRole({
  name: "loops", summary: "loops at the first word", side: "server", transport: "tcp", port: 0, options: z.object({}),
  machine: setup({}).createMachine({
    id: "loops", initial: "asking", on: { "peer.closed": ".closed" },
    states: { asking: { on: { "peer.ended": "closed" } }, closed: { type: "final" } },
  }),
  phases: { asking: { reads: "text", rule: "LOOP-1", expects: "a word", handle: () => { for (;;); } } },
});
`;

const childrenOf = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);

/** Processor time in ticks; undefined: there is no such process, or nothing of it but its number. */
function ticksOf(pid: number): number | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return fields[0] === "Z" ? undefined : Number(fields[11]) + Number(fields[12]);
  } catch {
    return undefined;
  }
}

it("a process that loops ends with its daemon, also where that had no time to end it", async () => {
  const daemon = await TestDaemon.start(scene);
  await daemon.ctl("load", scene.file("loops.js", LOOPS));
  const { port } = await daemon.document<InstanceDocument>(
    ...["spawn", "loops", "--port", "0", "--watchdog", "10m"],
  );
  const [role = 0] = childrenOf(daemon.ready.pid);
  connect(port, "127.0.0.1")
    .on("error", () => undefined)
    .end("a word\n");
  const idle = ticksOf(role) ?? 0;
  await eventually(() => expect(ticksOf(role)).toBeGreaterThan(idle + 20));
  await daemon.kill();
  await eventually(() => expect(ticksOf(role)).toBeUndefined());
}, 60_000);
