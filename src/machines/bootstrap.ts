/**
 * The bootstrap registry: file servers tell it where they are, clients ask it who serves what.
 *
 *   serving ──operator.stop──→ closed
 *
 *   server> REGISTRN,192.168.126.137,1236,pdf,server1
 *   client> DISCOVERY        S> 192.168.126.137,1236,pdf,server1   S> end
 */
import { setup } from "xstate";
import * as z from "zod";
import { cause } from "../stories/causes.ts";
import {
  type BootstrapRequest,
  DISCOVER,
  discoveryAnswer,
  END,
  errorAnswer,
  isEnd,
  isError,
  type Listing,
  parseBootstrapRequest,
  parseListing,
  REGISTER,
  tokensIn,
  withoutTokens,
} from "../wire/bootstrap.ts";
import { bootstrapForm } from "../wire/forms/bootstrap.ts";
import { isLoopback } from "../wire/loopback.ts";
import type { PeerMessage } from "../wire/message.ts";
import type { Reply } from "./_assumed.ts";
import { duration } from "./_options.ts";
import { RateLimit } from "./_rate-limit.ts";
import { defineRole, type Session } from "./_role.ts";
import type { Peer, World } from "./_world.ts";

const DEFAULT_PORT = 1234;
/** [BOOT-6] Error answers: once a second to a sender, so many a second in all. */
const ERRORS = { perSource: 1, inAll: 100 };
/** [BOOT-6] Answers to DISCOVERY, a second and source address, where others than this machine can ask. */
const DISCOVERIES = { perSource: 20, inAll: Number.POSITIVE_INFINITY };

const options = z.object({
  lease: duration().optional().describe("an entry not renewed within this time expires, e.g. 30s"),
});
type Options = z.output<typeof options>;

interface Context extends World<Options> {
  readonly errors: RateLimit;
  readonly discoveries: RateLimit;
  /** Answers by service, good for one version of the registry. */
  readonly answers: { version: number; byService: Map<string | undefined, Buffer[]> };
}

export const bootstrapMachine = setup({
  types: {
    context: {} as Context,
    events: {} as { type: "peer.message" } | { type: "operator.stop" },
    input: {} as World<Options>,
  },
}).createMachine({
  id: "bootstrap",
  context: ({ input }) => ({
    ...input,
    errors: new RateLimit(input.clock, ERRORS),
    discoveries: new RateLimit(input.clock, DISCOVERIES),
    answers: { version: -1, byService: new Map() },
  }),
  initial: "serving",
  states: {
    serving: { on: { "operator.stop": "closed" } },
    closed: { type: "final" },
  },
});

export default defineRole({
  name: "bootstrap",
  summary: "the UDP registry: file servers register, clients discover",
  side: "server",
  transport: "udp",
  port: DEFAULT_PORT,
  options,
  machine: bootstrapMachine,
  phases: {
    serving: { reads: "text", rule: "BOOT-1", expects: `${REGISTER} or ${DISCOVER}`, handle: answer },
  },
  wire: bootstrapForm,
  dialogue: { lines: [{ client: `${DISCOVER},nothing` }, { server: END }] },
  assume: () => ({ world: { listings }, isAlike }),
  secrets: { find: tokensIn, hide: withoutTokens },
  offers: () => "the list of file servers",
  tryIt: ({ host, port }) =>
    `netlabctl discover${port === DEFAULT_PORT ? "" : ` --bootstrap ${host}:${port}`}`,
});

/** Entries that its answer tells. */
function listings({ reads }: Reply): Listing[] | undefined {
  const entries: Listing[] = [];
  for (const bytes of reads) {
    const parsed = parseListing(bytes.toString());
    if (!parsed.ok) return undefined;
    if (parsed.value.length === 0) return entries;
    entries.push(...parsed.value);
  }
  return undefined;
}

/** In what order it lists, and how it words an error, is its own affair. */
const isAlike = (said: string, ours: string) =>
  isError(said) === isError(ours) && isEnd(said) === isEnd(ours);

function answer(message: PeerMessage, { context, peer }: Session<Context>): undefined {
  const parsed = parseBootstrapRequest(message.text);
  if (parsed.ok) serve(parsed.value, context, peer);
  else sayError(parsed.why, context, peer);
}

function serve(request: BootstrapRequest, context: Context, peer: Peer): void {
  switch (request.type) {
    case "register": // [BOOT-2] no reply to a good one
      return context.registry.store(request.entry, context.options.lease, (error) =>
        sayError(`not stored, ${reasonOf(error)}`, context, peer),
      );
    case "deregister":
      context.registry.deregister(request).then(
        (isRemoved) => isRemoved || sayError("no such entry, or the token does not match", context, peer),
        (error: Error) => sayError(`not removed, ${reasonOf(error)}`, context, peer),
      );
      return;
    case "discover":
      if (!mayDiscover(context, peer)) return peer.remark(cause("discovery-too-often", {}));
      // [BOOT-1] Registrations before the question are in the answer, and are on disk by then.
      context.registry.settled(() => {
        for (const datagram of answersOf(context, request.service)) peer.sendBytes(datagram);
      });
      return;
    case "stop": // [BOOT-6] never stops the server
      sayError("the registry goes on: only its operator may stop it with bye", context, peer);
  }
}

const reasonOf = ({ message }: Error) => message.replace(/^not stored: /, "");

function sayError(why: string, context: Context, peer: Peer): void {
  peer.remark(cause("request-refused", { why }));
  if (context.errors.admits(`${peer.remote.address}/${peer.remote.port}`)) peer.send(errorAnswer(why));
}

/** A registry that strangers can reach must not multiply their datagrams towards a forged sender. */
function mayDiscover(context: Context, peer: Peer): boolean {
  const isOpen = context.listening.hosts.some((host) => !isLoopback(host));
  return !isOpen || context.discoveries.admits(peer.remote.address);
}

/** Prepared once per change of the registry, not per question. */
function answersOf({ registry, answers }: Context, service: string | undefined): Buffer[] {
  if (answers.version !== registry.version) {
    answers.version = registry.version;
    answers.byService.clear();
  }
  let prepared = answers.byService.get(service);
  if (!prepared) {
    prepared = discoveryAnswer(registry.list(service)).map((datagram) => Buffer.from(datagram));
    // Clients may ask for any service: keep only answers to names that exist.
    if (service === undefined || prepared.length > 1) answers.byService.set(service, prepared);
  }
  return prepared;
}
