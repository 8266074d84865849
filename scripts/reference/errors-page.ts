/** The page of sentences: what the operator reads of each error, from the table. */
import { errorTable } from "../../src/errors.ts";

const HEAD = `# Sentences of errors

Made by \`npm run reference\` from \`src/error-table.ts\`. \`{name}\` stands for an argument, \`{name:quoted}\` for a text that a person
typed or a peer said, \`{ms:seconds}\` for a time. The code before the slash is what \`--json\` tells and scripts may rely on; what it
means, what the peer is told and the exit status are in [errors.md](../errors.md).

| error | the operator reads |
|---|---|
`;

export function errorsPage(): string {
  const rows = Object.entries(errorTable).flatMap(([code, { says }]) =>
    typeof says === "string"
      ? [row(code, says)]
      : Object.entries(says).map(([variant, sentence]) => row(`${code}/${variant}`, sentence as string)),
  );
  return HEAD + rows.join("");
}

const row = (id: string, sentence: string) =>
  `| \`${id}\` | ${sentence.replaceAll("|", "\\|").replaceAll("\n", " ⏎ ")} |\n`;
