import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "unload",
  group: "roles",
  level: "own",
  summary: "forgets a role that was loaded; remove what plays it first",
  args: [{ name: "role", summary: "the role's name", completes: "role" }],
  example: "unload my-role",
  async run({ lab, args, out, data, isJson }) {
    const { role = "" } = args;
    await lab.unloadRole(role);
    if (isJson) data({ name: role });
    else out(`unloaded ${role}; load brings it back`);
  },
});
