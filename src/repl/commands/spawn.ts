import { flagOf, noSuchRole, schemaOf } from "../../catalogue/instance-options.ts";
import { exitCodes, NetlabError } from "../../errors.ts";
import { instanceDocument } from "../../lab/documents.ts";
import type { Lab } from "../../lab/lab.ts";
import { selectInstances } from "../../lab/selectors.ts";
import { defineCommand } from "../command.ts";
import { instanceLine } from "../instance-lines.ts";
import type { Style } from "../style.ts";

export default defineCommand({
  name: "spawn",
  group: "roles",
  level: "operate",
  summary: "starts a role with its options",
  args: [
    { name: "role", summary: "the role to play; roles lists them", completes: "role" },
    { name: "name", summary: "a name of its own", isOptional: true },
  ],
  optionsOf: (role, lab) => {
    const known = role === undefined ? undefined : lab.roles.get(role);
    return known && schemaOf(known);
  },
  checkFirst: (role, lab) => checkRole(role, [...lab.roles.keys()]),
  example: "spawn file-server --service pdf --token server2 --port 0",
  async run({ lab, args, options, out, err, data, isJson, style }) {
    const { role = "", name } = args;
    checkRole(role, [...lab.roles.keys()]);
    if (name !== undefined && options.name !== undefined && options.name !== name) {
      throw new NetlabError("usage/two-names", { name, flag: flagOf("name"), other: String(options.name) });
    }
    const typed = { ...(options as Record<string, unknown>), ...(name === undefined ? {} : { name }) };
    const given = withNamedPorts(lab, typed);
    const instance = await lab.spawn(role, given);
    const made = Object.entries(instance.made);
    // The operator who made it is told it once; from then on it is hidden like any other.
    if (isJson) data(instanceDocument(instance, { showTokens: made.length > 0 }));
    else if (instance.state === "failed") err(`${instance.id} failed: ${instance.lastError}`);
    else out(instanceLine(instance, style));
    if (!isJson) for (const [option, secret] of made) out(toldOnce(instance.id, option, secret, style));
    return instance.state === "failed" ? exitCodes.refused : exitCodes.done;
  },
});

function toldOnce(id: string, option: string, secret: string, style: Style): string {
  return `its ${option} is ${style.bold(secret)}, shown only this once\ngive it to the people who may use it; to see it again: show ${id} --show-tokens`;
}

/** `--port @chat` and `--bootstrap @bootstrap`: the port on which the role of that name listens here. */
function withNamedPorts(lab: Lab, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const named = (key: string) => /^@(\S+)$/.exec(String(given[key] ?? ""))?.[1];
  const [port, bootstrap] = [named("port"), named("bootstrap")];
  return {
    ...given,
    ...(port === undefined ? {} : { port: portOf(lab, port) }),
    ...(bootstrap === undefined ? {} : { bootstrap: `localhost:${portOf(lab, bootstrap)}` }),
  };
}

function portOf(lab: Lab, name: string): number {
  const listening = selectInstances(lab, [name]).filter(
    ({ side, state }) => side !== "client" && state === "running",
  );
  const [server] = listening;
  if (!server) throw new NetlabError("wrong-state/no-server", { name });
  if (listening.length > 1) {
    throw new NetlabError("usage/many-servers", { name, count: listening.length, example: server.id });
  }
  return server.port;
}

function checkRole(role: string, known: readonly string[]): void {
  if (known.includes(role)) return;
  throw noSuchRole(role, known);
}
