import * as z from "zod";
import { instanceDocument } from "../../lab/documents.ts";
import { peerVerdicts } from "../../lab/instance-verdicts.ts";
import type { LabInstance } from "../../lab/lab.ts";
import { selectInstances } from "../../lab/selectors.ts";
import { defineCommand } from "../command.ts";
import { showTokensOption } from "../guarded-options.ts";
import { GROUP_HEAD, groupRows, MANY } from "../instance-groups.ts";
import { noteOf, troubleOf, whereOf } from "../instance-lines.ts";
import { styleWord } from "../style.ts";

export default defineCommand({
  name: "ls",
  aliases: ["ps", "list"],
  group: "roles",
  level: "observe",
  acrossNodes: true,
  summary: "lists the roles that were spawned, with their state and port",
  args: [
    { name: "selector", summary: "only these", isOptional: true, isVariadic: true, completes: "selector" },
  ],
  options: z.object({
    all: z
      .boolean()
      .default(false)
      .describe(`list each one; above ${MANY} they are summed up by role and group`),
    showTokens: showTokensOption(),
  }),
  example: "ls state=failed",
  run({ lab, rest, options, out, data, table, isJson, style }) {
    const instances = selectInstances(lab, rest);
    const verdictsOf = peerVerdicts(lab);
    if (isJson)
      return data(instances.map((one) => ({ ...instanceDocument(one, options), ...verdictsOf(one.id) })));
    if (instances.length === 0)
      return out(rest.length > 0 ? "no role matches" : "no role runs: roles lists what you can spawn");
    if (instances.length > MANY && !options.all) {
      const groups = groupRows(lab, instances, verdictsOf, style);
      table(...withoutEmpty(GROUP_HEAD, groups), "NOTE");
      return out(`${instances.length} roles in all; ls --all lists each, ls label=NAME those of one student`);
    }
    const rows = instances.map((instance) => [
      instance.id,
      instance.name ?? "",
      labelOf(instance),
      styleWord(style, instance.state),
      whereOf(instance),
      String(instance.connections),
      String(instance.restarts),
      [noteOf(instance), troubleOf(verdictsOf(instance.id))].filter(Boolean).join("; ") ||
        (lab.roles.get(instance.type)?.offers?.(instance.options as never) ?? ""),
    ]);
    const head = ["ID", "NAME", "FOR", "STATE", "WHERE", "PEERS", "RESTARTS", "NOTE"];
    return table(...withoutEmpty(head, rows), "NOTE");
  },
});

/** A name such as `s042-chat` says it already. */
const labelOf = ({ label, name }: LabInstance) =>
  label === undefined || name?.startsWith(`${label}-`) ? "" : label;

/** A column that says nothing costs width. */
function withoutEmpty(head: readonly string[], rows: string[][]): [string[], string[][]] {
  const kept = head.map((_, column) => rows.some((row) => row[column] !== "" && row[column] !== "0"));
  const keep = (row: readonly string[]) => row.filter((_, column) => kept[column]);
  return [keep(head), rows.map(keep)];
}
