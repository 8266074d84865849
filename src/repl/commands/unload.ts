import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "unload",
  group: "roles",
  summary: "forgets a role that load brought in; nothing may play it any more",
  args: [{ name: "role", summary: "the role's name", completes: "role" }],
  example: "unload my-role",
  async run({ lab, args, out, data, isJson }) {
    const { role = "" } = args;
    await lab.unloadRole(role);
    if (isJson) data({ name: role });
    else out(`${role} is forgotten; load brings it in again`);
  },
});
