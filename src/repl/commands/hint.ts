import { nearest } from "../../catalogue/instance-options.ts";
import { diagnoses } from "../../diagnoses/table.ts";
import { NetlabError } from "../../errors.ts";
import { classOf, studentOf } from "../class-of.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "hint",
  group: "class",
  level: "observe",
  isAudited: true,
  summary: "sends a card to a student: it is kept, and shown on the student's page and by explain",
  args: [
    { name: "student", summary: "a student of the class", completes: "selector" },
    { name: "card", summary: "a card, e.g. D27" },
    { name: "text", summary: "a word of your own besides", isOptional: true, isVariadic: true },
  ],
  example: "hint s042 D27",
  async run({ lab, args, rest, out, data, isJson }) {
    classOf(lab);
    const student = studentOf(lab, args.student ?? "");
    const { id, title } = cardOf(args.card ?? "");
    const hint = await classOf(lab).hint(student, id, rest.join(" "));
    const document = {
      student: student.shown,
      card: id,
      title,
      text: hint.text,
      at: new Date(hint.at).toISOString(),
    };
    if (isJson) return data(document);
    return out(`sent to ${student.shown}: ${id} ${title}`);
  },
});

function cardOf(word: string) {
  const card = diagnoses.find(({ id, name }) => id === word.toUpperCase() || name === word);
  if (card) return card;
  const near = nearest(
    word.toUpperCase(),
    diagnoses.map(({ id }) => id),
  );
  throw new NetlabError("usage/of-command", {
    command: "hint",
    why: `no card ${word}; ${near ? `did you mean ${near}?` : "docs/diagnoses.md lists them"}`,
  });
}
