import { defineCommand } from "../command.ts";
import { table } from "../text-table.ts";

export default defineCommand({
  name: "roles",
  group: "roles",
  level: "observe",
  summary: "lists the roles that you can spawn",
  example: "roles",
  run({ lab, out, data, isJson, columns }) {
    const roles = [...lab.roles.values()];
    if (isJson) {
      return data(
        roles.map(({ name, summary, side, transport, port }) => ({ name, summary, side, transport, port })),
      );
    }
    const rows = roles.map(({ name, side, port, transport, summary }) => [
      name,
      side,
      `${port}/${transport}`,
      summary,
    ]);
    out(table(["ROLE", "SIDE", "PORT", "WHAT IT DOES"], rows, columns));
    out("spawn <role> starts one; help spawn <role> shows its options");
    return undefined;
  },
});
