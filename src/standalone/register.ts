import * as z from "zod";
import { systemClock } from "../actors/clock.ts";
import { ask } from "../actors/network.ts";
import { exitCodes, NetlabError } from "../errors.ts";
import { duration, hostPort } from "../machines/_options.ts";
import { printable } from "../printable.ts";
import { checkListing, isError, registration } from "../wire/bootstrap.ts";
import { discover } from "./discover.ts";
import { defineStandalone } from "./standalone-command.ts";

/** A good registration has no answer [BOOT-2]: an error comes within this time, or not at all. */
const ERROR_WAIT_MS = 300;

export default defineStandalone({
  name: "register",
  summary: "registers a file server by UDP, and checks that the registry lists it",
  args: [
    { name: "ip", summary: "the server's address" },
    { name: "port", summary: "its port" },
    { name: "service", summary: "what it serves, e.g. pdf" },
    { name: "token", summary: "the token that its clients must send" },
  ],
  options: z.object({
    bootstrap: hostPort().describe("the registry, host:port"),
    timeout: duration().default(2_000).describe("how long to wait for the registry's list"),
  }),
  onlyWith: "--bootstrap",
  example: "netlabctl register 127.0.0.1 1236 pdf server1 --bootstrap localhost:1234",
  async run({ args, options, out, err, data, isJson }) {
    const { ip = "", port = "", service = "", token = "" } = args;
    const wrong = checkListing({ ip, port, service, token });
    if (wrong) throw new NetlabError("usage/register-listing", { why: wrong });
    const text = registration({ ip, port: Number(port), service, token });
    const question = { to: options.bootstrap, text, timeoutMs: ERROR_WAIT_MS, isLast: () => true };
    const [answer] = await ask(question, systemClock);
    if (answer !== undefined && isError(answer))
      throw new NetlabError("peer-error/registry", { answer: printable(answer) });
    const { listings } = await discover(options.bootstrap, options.timeout);
    const isListed = listings.some(
      (one) => one.ip === ip && one.port === Number(port) && one.service === service,
    );
    if (isJson) data({ ip, port: Number(port), service, listed: isListed });
    else if (isListed) out(`registered: the registry lists ${ip}:${port} for ${service}`);
    if (!isListed) err("sent, but the registry does not list it");
    return isListed ? exitCodes.done : exitCodes.peerError;
  },
});
