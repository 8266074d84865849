import { NetlabError } from "../../errors.ts";
import type { StudentRow } from "../../lab/lab.ts";
import { defineCommand } from "../command.ts";
import { table } from "../text-table.ts";

export default defineCommand({
  name: "class",
  group: "roles",
  level: "observe",
  summary: "shows the class, a line a student",
  example: "class",
  run({ lab, out, data, isJson, columns }) {
    const rows = lab.students();
    if (rows.length === 0) throw new NetlabError("no-such-instance/no-class");
    if (isJson) return data(rows);
    const head = ["STUDENT", "GROUP", "PEERS", "ROLE", "STATE", "FURTHEST", "CARD", "SILENT", "DONE"];
    return out(table(head, rows.map(cells), columns, "CARD"));
  },
});

function cells({
  id,
  group,
  connected,
  role,
  state,
  furthest,
  card,
  waitingMs,
  stuckMs,
  done,
}: StudentRow): string[] {
  const silentMs = stuckMs ?? waitingMs;
  return [
    id,
    group ?? "",
    String(connected),
    role ?? "",
    state ?? "",
    furthest ?? "",
    card ? `${card.id} ${card.likely}` : "",
    silentMs === undefined ? "" : `${Math.floor(silentMs / 1_000)} s`,
    done ? "done" : "",
  ];
}
