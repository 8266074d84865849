/** Steps of the registry's cases: entries of their own, registrations, and lists up to their end. */
import { DISCOVER, END, isEnd, type Listing, parseListing, registration } from "../../wire/bootstrap.ts";
import { patience } from "../patience.ts";
import type { ServerTester, TestDatagrams } from "../tester.ts";
import { CheckFailure } from "../verdict.ts";

export const DATAGRAM_BYTES = 1_400;
const SETTLE_MS = 30;
const MAX_DATAGRAMS = 200;
const GLUED_END = /(?:^|[,\s])end\s*$/;

/** Server at an address of the network for benchmarks, which no lab has [RFC 2544]. */
export function entry(t: ServerTester, kind = "pdf"): Listing {
  const ip = `198.${t.int(18, 19)}.${t.int(0, 255)}.${t.int(1, 254)}`;
  return { ip, port: t.int(1024, 65_000), service: kind, token: t.word(8) };
}

/** UDP tells no sender that its datagram was read: the registry has a moment. */
export const settled = (t: ServerTester): Promise<void> => t.pause(SETTLE_MS * patience());

export async function registers(
  t: ServerTester,
  sender: TestDatagrams,
  ...entries: readonly Listing[]
): Promise<void> {
  for (const one of entries) sender.send(registration(one));
  await settled(t);
}

export interface Answer {
  readonly datagrams: readonly string[];
  readonly listings: readonly Listing[];
}

/** All datagrams of an answer, its `end` the last of them; that there is one, and in a datagram of its own, is a case of its own. */
export async function discovers(sender: TestDatagrams, request: string = DISCOVER): Promise<Answer> {
  sender.send(request);
  const datagrams: string[] = [];
  while (datagrams.length < MAX_DATAGRAMS) {
    const datagram = await sender.message().catch((cause: unknown) => {
      if (cause instanceof CheckFailure && datagrams.length > 0) return undefined;
      throw cause;
    });
    if (datagram === undefined) break;
    datagrams.push(datagram);
    if (isEnd(datagram) || GLUED_END.test(datagram)) break;
  }
  const listings = datagrams.flatMap((datagram) => {
    // Cases of the end judge it; here an end that is glued to a list is no reason to lose the list.
    const parsed = parseListing(datagram.replace(GLUED_END, "") || END);
    return parsed.ok ? parsed.value : [];
  });
  return { datagrams, listings };
}

const isSame = (one: Listing, other: Listing) =>
  one.ip === other.ip &&
  one.port === other.port &&
  one.service === other.service &&
  one.token === other.token;

export function expectListed(
  t: ServerTester,
  { datagrams, listings }: Answer,
  ...due: readonly Listing[]
): void {
  for (const one of due) {
    const count = listings.filter((listing) => isSame(listing, one)).length;
    const expected = [one.ip, one.port, one.service, one.token].join(",");
    if (count === 0) t.fail(`the list should have ${expected}`, { expected, got: datagrams.join("\n") });
  }
}

export function expectNotListed(t: ServerTester, { datagrams, listings }: Answer, ip: string): void {
  if (listings.some((listing) => listing.ip === ip))
    t.fail(`the list should not have ${ip}`, { got: datagrams.join("\n") });
}
