import { NetlabError } from "../../errors.ts";
import { defineCommand } from "../command.ts";

export default defineCommand({
  name: "deregister",
  group: "registry",
  level: "operate",
  summary: "removes an entry of the registry",
  args: [
    { name: "ip", summary: "the server's address" },
    { name: "port", summary: "its port" },
  ],
  example: "deregister 192.168.126.137 1236",
  async run({ lab, args, out, data, isJson }) {
    const { ip = "", port = "" } = args;
    const isRemoved = await lab.registry.deregister({ ip, port: Number(port) });
    if (!isRemoved) throw new NetlabError("no-such-service/not-registered", { ip, port });
    return isJson ? data({ ip, port: Number(port), removed: true }) : out(`deregistered ${ip}:${port}`);
  },
});
