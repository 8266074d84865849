import * as z from "zod";
import { NetlabError } from "../../errors.ts";
import { registrationDocument } from "../../lab/documents.ts";
import { duration } from "../../machines/_options.ts";
import { checkListing } from "../../wire/bootstrap.ts";
import { defineCommand } from "../command.ts";

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
  options: z.object({ lease: duration().optional().describe("the entry expires after this time, e.g. 30s") }),
  example: "register 192.168.126.137 1236 pdf server1",
  async run({ lab, args, options, out, data, isJson }) {
    const { ip = "", port = "", service = "", token = "" } = args;
    const wrong = checkListing({ ip, port, service, token });
    if (wrong) throw new NetlabError("usage/register-listing", { why: wrong });
    await lab.registry.register({ ip, port: Number(port), service, token }, options.lease);
    const entry = lab.registry.list(service).find((one) => one.ip === ip && one.port === Number(port));
    if (isJson) return data(entry ? registrationDocument(entry) : null);
    return out(`registered: ${ip}:${port} serves ${service}`);
  },
});
