import * as z from "zod";
import { NetlabError } from "../../errors.ts";
import { printable } from "../../printable.ts";
import { defineCommand } from "../command.ts";
import { registryLabel, registryNamed, registryOption } from "../named-registry.ts";

export default defineCommand({
  name: "deregister",
  group: "registry",
  level: "operate",
  summary: "removes an entry of the registry",
  args: [
    { name: "ip", summary: "the server's address" },
    { name: "port", summary: "its port" },
  ],
  options: z.object({ registry: registryOption() }),
  example: "deregister 192.168.126.137 1236",
  async run({ lab, args, options, out, data, isJson }) {
    const { ip = "", port = "" } = args;
    const isRemoved = await registryNamed(lab, options.registry).deregister({ ip, port: Number(port) });
    if (!isRemoved) throw new NetlabError("no-such-service/not-registered", { ip, port });
    if (isJson) return data({ ip, port: Number(port), removed: true });
    const label = registryLabel(lab, options.registry);
    const where = label === undefined ? "" : ` from the registry of ${printable(label)}`;
    return out(`deregistered ${ip}:${port}${where}`);
  },
});
