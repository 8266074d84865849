/** A role that crashed, as `explain` tells it: a user's own with its place, one of ours as a bug to be reported. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { closingLines, type Explanation } from "../../src/repl/explanation.ts";
import { cause } from "../../src/stories/causes.ts";
import { converse } from "../actors/harness.ts";
import { eventually } from "../e2e/eventually.ts";
import { DiagnosisLab } from "./lab.ts";

const lab = new DiagnosisLab();
lab.use();

it("says of a loaded role that it crashed, and where in its file", async () => {
  const file = path.join(import.meta.dirname, "../../examples/guess-number.ts");
  const source = readFileSync(file, "utf8").replace("context.tries.count += 1;", 'throw new Error("boom");');
  await lab.daemon.lab.loadRole(source, "guess-number.ts");
  const { id, port } = await lab.spawn("guess-number");
  const peer = await converse(port);
  await peer.hears("I think of a number from 1 to 100");
  peer.say("50\n");
  await peer.hearsTheEnd();
  // Its story comes from its process a moment behind its FIN.
  await eventually(() => expect(lab.stories(id).at(-1)?.endedAt).toBeDefined());
  const { out } = await lab.run(`explain ${lab.stories(id).at(-1)?.subject.id}`);
  const text = out.replace(/\s+/g, " ");
  expect(text).toMatch(/Your role guess-number crashed here, at \S*guess-number\.ts:\d+:\d+\./);
  expect(text).not.toContain("please report it");
});

it("says of a role of netlabd's own that it is a bug to be reported", () => {
  const story = { subject: { role: "echo" }, cause: cause("crashed", { error: "boom", place: "" }) };
  const explanation = { story, judged: { verdict: "crashed" } } as unknown as Explanation;
  expect(closingLines(explanation).join(" ")).toMatch(/^The role echo crashed here\. .* please report it/);
});
