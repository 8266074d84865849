/** Lines of many KiB among short ones: each is answered in its turn, whether it is held as text or as bytes. */
import { expect, it } from "vitest";
import calculator from "../../src/machines/calculator.ts";
import { converse, openLab } from "./harness.ts";

const WRONG = "Incorrect expression format\n";

it.each([
  ["behind short ones", ["1 + 1\n", `${"x".repeat(20_000)}\n`, "2 + 2\n"], `2.0\n${WRONG}4.0\n`],
  ["alone, and cut in its middle", ["x".repeat(9_000), `${"y".repeat(9_000)}\n`, "3 + 3\n"], `${WRONG}6.0\n`],
  ["with a short one in the same read", [`${"x".repeat(6_000)}\n4 + 4\n5 +`, " 5\n"], `${WRONG}8.0\n10.0\n`],
  ["that is no ASCII", [`${"ü".repeat(6_000)}\n`, "6 + 6\n"], `${WRONG}12.0\n`],
])("answers a long line %s", async (_, said, answers) => {
  const lab = await openLab([calculator]);
  const peer = await converse(await lab.spawn("calculator"));
  peer.say("ann\n0 + 0\n");
  await peer.hears("0.0\n");
  for (const words of said) peer.say(words);
  await peer.hears(answers);
  expect(lab.storyOf(peer).framing).toBe("line");
});
