import * as z from "zod";
import { NetlabError } from "../../errors.ts";
import type { LabInstance } from "../../lab/lab.ts";
import { selectInstances } from "../../lab/selectors.ts";
import { printable } from "../../printable.ts";
import { defineCommand } from "../command.ts";

/** Answers that are shown one by one. */
const FEW = 4;

export default defineCommand({
  name: "say",
  group: "roles",
  level: "operate",
  summary: "sends a text to the clients of a role, or says it as the user of a client",
  args: [
    {
      name: "role",
      summary: "a room, a client, or a student's or group's: s042, group=B",
      completes: "selector",
    },
    {
      name: "text",
      summary: "the rest of the line, as it is typed; options come before it",
      isVariadic: true,
    },
  ],
  takesRestOfLine: true,
  options: z.object({
    now: z.boolean().default(false).describe("do not wait until every client has sent its line"),
  }),
  example: "say chat Hey Guys",
  async run({ lab, args, rest, options, signal, out, err, data, isJson }) {
    const { role = "" } = args;
    const text = rest.join(" ");
    if (text === "") throw new NetlabError("usage/nothing-to-say");
    const instances = selectInstances(lab, [role]);
    if (instances.length === 0) throw new NetlabError("no-such-instance/nothing", { term: role });
    const progress = (word: string) => err(printable(word));
    // All are asked before the first speaks: a refusal says nothing anywhere.
    const running = instances.filter(({ state }) => state === "running");
    const there = running.length > 0 ? running : instances;
    // Of a student's or a group's roles, those that can pass a text on do.
    const able = there.filter(({ canSay }) => canSay);
    const speakers = able.length > 0 ? able : there;
    for (const speaker of speakers) checkSpeaks(speaker);
    const answers = await Promise.all(
      speakers.map(async ({ id }) => ({
        role: id,
        text,
        answer: await lab.say(id, text, { now: options.now, signal, progress }),
      })),
    );
    if (isJson) return data(answers.length === 1 ? answers[0] : answers);
    // Of many rooms each different answer once: most rooms of a class are empty.
    const [only, ...others] = answers;
    if (answers.length > FEW) for (const line of countedAnswers(answers)) out(line);
    else if (only && others.length === 0) out(printable(only.answer));
    else for (const { role: id, answer } of answers) out(printable(`${lab.find(id)?.name ?? id}: ${answer}`));
    return undefined;
  },
});

/** `said to 1 member: 9 roles`. */
function countedAnswers(answers: readonly { readonly answer: string }[]): string[] {
  const counts = Map.groupBy(answers, ({ answer }) => answer);
  return [...counts]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([answer, { length }]) => `${printable(answer)}: ${length} ${length === 1 ? "role" : "roles"}`);
}

/** Throws where the role has no use for an operator's word. */
function checkSpeaks({ id, state, canSay }: LabInstance): void {
  if (state !== "running") throw new NetlabError("wrong-state/not-running", { id, state });
  if (!canSay) throw new NetlabError("wrong-state/no-listener", { id });
}
