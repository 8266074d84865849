import { flagOf, nearest, schemaOf } from "../../actors/instance-options.ts";
import { exitCodes, NetlabError } from "../../errors.ts";
import { defineCommand } from "../command.ts";
import { instanceDocument } from "../documents.ts";
import { instanceLine } from "../instance-lines.ts";

export default defineCommand({
  name: "spawn",
  group: "roles",
  summary: "starts a role, with the options of that role",
  args: [
    { name: "role", summary: "what to play; roles lists them", completes: "role" },
    { name: "name", summary: "a name of its own", isOptional: true },
  ],
  optionsOf: (role, lab) => {
    const known = role === undefined ? undefined : lab.roles.get(role);
    return known && schemaOf(known);
  },
  example: "spawn file-server --service pdf --token server2 --port 0",
  async run({ lab, args, options, out, err, data, isJson, style }) {
    const { role = "", name } = args;
    checkRole(role, [...lab.roles.keys()]);
    if (name !== undefined && options.name !== undefined && options.name !== name) {
      throw new NetlabError("usage", `spawn: two names, ${name} and ${flagOf("name")} ${options.name}`);
    }
    const given = { ...(options as Record<string, unknown>), ...(name === undefined ? {} : { name }) };
    const instance = await lab.spawn(role, given);
    if (isJson) data(instanceDocument(instance));
    else if (instance.state === "failed") err(`${instance.id} failed: ${instance.lastError}`);
    else out(instanceLine(instance, style));
    return instance.state === "failed" ? exitCodes.refused : exitCodes.done;
  },
});

function checkRole(role: string, known: readonly string[]): void {
  if (known.includes(role)) return;
  const near = nearest(role, known);
  throw new NetlabError(
    "no-such-role",
    `no role ${JSON.stringify(role)}; ${near ? `did you mean ${near}?` : `there are ${known.join(", ")}`}`,
  );
}
