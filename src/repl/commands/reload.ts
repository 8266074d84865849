import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "reload",
  group: "daemon",
  level: "operate",
  summary:
    "reads the lab file again: starts what is new in it, stops what is gone; a mistake in it changes nothing",
  example: "reload",
  async run({ lab, out, data, isJson }) {
    const before = lab.instances.map(({ id }) => id);
    await lab.reload();
    const after = lab.instances.map(({ id }) => id);
    const added = after.filter((id) => !before.includes(id));
    const removed = before.filter((id) => !after.includes(id));
    if (isJson) return data({ lab: lab.name, added, removed });
    const parts = [
      ...(added.length > 0 ? [`added ${added.join(", ")}`] : []),
      ...(removed.length > 0 ? [`removed ${removed.join(", ")}`] : []),
    ];
    return out(`read the lab ${lab.name} again: ${parts.join("; ") || "no role changed"}`);
  },
});
