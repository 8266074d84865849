import * as z from "zod";
import { NetlabError } from "../../errors.ts";
import { registrationDocument } from "../../lab/documents.ts";
import { duration } from "../../machines/_options.ts";
import { printable } from "../../printable.ts";
import { checkListing } from "../../wire/bootstrap.ts";
import { defineCommand } from "../command.ts";
import { registryLabel, registryNamed, registryOption } from "../named-registry.ts";

export default defineCommand({
  name: "register",
  group: "registry",
  level: "operate",
  summary: "adds or replaces an entry of the registry",
  args: [
    { name: "ip", summary: "the server's address" },
    { name: "port", summary: "its port" },
    { name: "service", summary: "what it serves, e.g. pdf" },
    { name: "token", summary: "the token that its clients must send", isSecret: true },
  ],
  options: z.object({
    lease: duration().optional().describe("the entry expires after this time, e.g. 30s"),
    registry: registryOption(),
  }),
  example: "register 192.168.126.137 1236 pdf server1",
  async run({ lab, args, options, out, data, isJson }) {
    const { ip = "", port = "", service = "", token = "" } = args;
    const wrong = checkListing({ ip, port, service, token });
    if (wrong) throw new NetlabError("usage/register-listing", { why: wrong });
    const registry = registryNamed(lab, options.registry);
    await registry.register({ ip, port: Number(port), service, token }, options.lease);
    const entry = registry.list(service).find((one) => one.ip === ip && one.port === Number(port));
    if (isJson) return data(entry ? registrationDocument(entry) : null);
    const label = registryLabel(lab, options.registry);
    const where = label === undefined ? "" : ` in the registry of ${printable(label)}`;
    return out(`registered${where}: ${ip}:${port} serves ${service}`);
  },
});
