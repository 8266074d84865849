import * as z from "zod";
import { systemClock } from "../actors/clock.ts";
import { ask } from "../actors/network.ts";
import { exitCodes, NetlabError } from "../errors.ts";
import { MASK } from "../lab/documents.ts";
import { duration, formatHostPort, hostPort } from "../machines/_options.ts";
import type { HostPort } from "../machines/_world.ts";
import { printable } from "../printable.ts";
import { table } from "../repl/text-table.ts";
import { DISCOVER, isEnd, type Listing, parseListing } from "../wire/bootstrap.ts";
import { defineStandalone } from "./standalone-command.ts";

export default defineStandalone({
  name: "discover",
  summary: "asks a registry by UDP for the list of file servers",
  options: z.object({
    bootstrap: hostPort().default({ host: "localhost", port: 1234 }).describe("the registry, host:port"),
    service: z.string().optional().describe("only servers of this kind of file"),
    timeout: duration().default(2_000).describe("how long to wait for the answer"),
    showTokens: z.boolean().default(false).describe("show tokens as they are"),
  }),
  example: "netlabctl discover --bootstrap localhost:1234 --service pdf",
  async run({ options, out, err, data, isJson, columns }) {
    const { listings, isWhole } = await discover(options.bootstrap, options.timeout);
    const { service, showTokens } = options;
    const found = service === undefined ? listings : listings.filter((one) => one.service === service);
    const shown = found.map((one) => ({ ...one, token: showTokens ? one.token : MASK }));
    if (isJson) data(shown.map((one) => ({ ...one, registeredAt: null, lastSeenAt: null, expiresAt: null })));
    else if (shown.length > 0) out(listingTable(shown, columns));
    // `end` is part of the answer [BOOT-4]: without it the question is not answered, however much was listed.
    if (!isWhole) {
      err("the registry did not send `end` after its list [BOOT-4], so the list may be incomplete");
      return exitCodes.peerError;
    }
    if (found.length > 0) return exitCodes.done;
    if (!isJson)
      err(
        service === undefined
          ? "no file server is registered"
          : `no file server is registered for ${printable(service)}`,
      );
    return service === undefined ? exitCodes.done : exitCodes.noSuchThing;
  },
});

const listingTable = (listings: readonly Listing[], columns: number) =>
  table(
    ["IP", "PORT", "SERVICE", "TOKEN"],
    listings.map(({ ip, port, service, token }) => [ip, String(port), printable(service), printable(token)]),
    columns,
  );

/** All listings of a registry; not whole where its `end` did not come in time. Throws NetlabError. */
export async function discover(
  to: HostPort,
  timeoutMs: number,
): Promise<{ listings: Listing[]; isWhole: boolean }> {
  const answers = await ask({ to, text: DISCOVER, timeoutMs, isLast: isEnd }, systemClock);
  if (answers.length === 0) {
    throw new NetlabError("timed-out/no-registry", { registry: formatHostPort(to), ms: timeoutMs });
  }
  const listings = answers.flatMap((answer) => {
    const parsed = parseListing(answer);
    if (!parsed.ok) throw new NetlabError("peer-error/no-listing", { why: printable(parsed.why) });
    return parsed.value;
  });
  return { listings, isWhole: answers.some(isEnd) };
}
