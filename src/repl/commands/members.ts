import { NetlabError } from "../../errors.ts";
import type { Lab } from "../../lab/lab.ts";
import { selectInstances } from "../../lab/selectors.ts";
import { printable } from "../../printable.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "members",
  group: "roles",
  level: "observe",
  summary: "lists the clients of a role by name, e.g. of a chat room, a relay or a calculator",
  args: [{ name: "room", summary: "a role whose clients have names", completes: "instance" }],
  example: "members chat",
  run({ lab, args, out, data, table, isJson }) {
    const { room = "" } = args;
    const instances = selectInstances(lab, [room]);
    if (instances.length === 0) throw new NetlabError("no-such-instance/nothing", { term: room });
    const members = instances.flatMap(({ id }) => membersOf(lab, id));
    if (isJson) return data(members);
    if (members.length === 0) return out(`no client is in ${instances.map(({ id }) => id).join(", ")}`);
    const keys = [...new Set(members.flatMap(({ details }) => Object.keys(details)))];
    const rows = members.map(({ id, name, details }) =>
      [id, name, ...keys.map((key) => details[key] ?? "")].map((cell) => printable(cell)),
    );
    return table(["ID", "NAME", ...keys.map((key) => key.toUpperCase())], rows);
  },
});

function membersOf(lab: Lab, id: string) {
  const members = lab.members(id);
  if (!members) throw new NetlabError("wrong-state/no-names", { id });
  return members;
}
