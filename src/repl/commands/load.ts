import { isModuleName } from "../../catalogue/module-name.ts";
import { NetlabError } from "../../errors.ts";
import { unfitLines } from "../../lab/user-roles.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "load",
  group: "roles",
  level: "own",
  summary: "loads a role of your own; loaded again, it serves new connections",
  args: [
    { name: "file", summary: "its TypeScript source, in your own folder, with the files that it imports" },
  ],
  example: "load ./my-role.ts",
  async run({ lab, args, out, err, data, isJson, readFile }) {
    const { file = "" } = args;
    if (!isModuleName(file)) throw new NetlabError("usage/load-no-typescript", { file });
    const loaded = await lab.loadRole(await readFile(file, "role"), file);
    const { role, isReplaced, instances, unfit } = loaded;
    const { name, summary, side, transport, port } = role;
    if (isJson) return data({ name, summary, side, transport, port, replaced: isReplaced, instances, unfit });
    if (!isReplaced) return out(`loaded ${name}: ${summary}; start it with spawn ${name}`);
    const who =
      instances.length > 0
        ? `${instances.join(", ")} plays it for new connections`
        : `spawn ${name} starts it`;
    out(`loaded ${name} again: ${who}; open connections finish with the old one`);
    for (const line of unfitLines(loaded)) err(line);
  },
});
