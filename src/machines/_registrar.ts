/**
 * A file server's companion: it registers the server over the wire and looks now and then whether it is still
 * listed [FILE-5]. Registries that people write append duplicates, so it registers again only when a whole answer to
 * DISCOVERY came and does not list it, and more and more seldom where that does not help.
 *
 *   idle (no --bootstrap)
 *   addressing → registering → registered → looking → listed → looking …
 *                     ↑________________________| not listed
 */
import { assign, fromPromise, setup } from "xstate";
import { DISCOVER, isEnd, type Listing, parseListing, registration } from "../wire/bootstrap.ts";
import { isLoopback } from "../wire/loopback.ts";
import type { HostPort, RegisteredAt, World } from "./_world.ts";

interface Options {
  readonly service: string;
  readonly token: string;
  readonly bootstrap?: HostPort | undefined;
  readonly advertise?: string | undefined;
}

interface Context extends World<Options> {
  readonly address: string;
  /** How often in a row the registry answered and did not list us. */
  readonly misses: number;
  /** Whether it was told as what we are registered: once is enough. */
  readonly isTold: boolean;
}

/** Contents of an answer to DISCOVERY. */
interface Look {
  readonly listings: readonly Listing[];
  /** All of it came and could be read; else there is no telling whether we are listed. */
  readonly isWhole: boolean;
}

const LOOK_INTERVAL_MS = 20_000;
const FIRST_LOOK_MS = 500;

export const registrarMachine = setup({
  types: { context: {} as Context, events: {} as { type: "operator.register" }, input: {} as World<Options> },
  guards: {
    hasRegistry: ({ context }) => context.options.bootstrap !== undefined,
    isListed: ({ context }, { listings }: Look) => isAmong(context, listings),
    isMissing: (_, { isWhole }: Look) => isWhole,
  },
  actions: {
    keepAddress: assign({ address: (_, address: string) => address }),
    /** [FILE-5] The address is shown: it is where clients will go. */
    tellAddress: ({ context }) => {
      if (!context.isTold && context.options.bootstrap)
        context.registered(entryOf(context, context.options.bootstrap));
    },
    noteListed: assign({ misses: 0, isTold: true }),
    noteMissing: assign({ misses: ({ context }) => context.misses + 1 }),
  },
  actors: {
    findAddress: fromPromise<string, World<Options>>(({ input }) => findAddress(input)),
    register: fromPromise<void, Context>(({ input }) => register(input)),
    look: fromPromise<Look, Context>(({ input }) => look(input)),
  },
  delays: {
    /** Between looks while the registry lists us. */
    lookInterval: LOOK_INTERVAL_MS,
    /** Between a registration and a look: soon, and later each time that the last one did not help. */
    soon: ({ context }) => Math.min(LOOK_INTERVAL_MS, FIRST_LOOK_MS * 2 ** context.misses),
    /** While there is no answer that could be read, and no address. */
    retryInterval: 2_000,
  },
}).createMachine({
  id: "registrar",
  context: ({ input }) => ({ ...input, address: "", misses: 0, isTold: false }),
  initial: "starting",
  states: {
    starting: { always: [{ guard: "hasRegistry", target: "addressing" }, { target: "idle" }] },
    idle: { type: "final" },
    addressing: {
      invoke: {
        src: "findAddress",
        input: ({ context }) => context,
        onDone: {
          target: "registering",
          actions: { type: "keepAddress", params: ({ event }) => event.output },
        },
        onError: "unaddressed",
      },
    },
    unaddressed: { after: { retryInterval: "addressing" } },
    registering: {
      invoke: {
        src: "register",
        input: ({ context }) => context,
        onDone: "registered",
        onError: "unanswered",
      },
    },
    registered: { after: { soon: "looking" }, on: { "operator.register": "registering" } },
    looking: {
      invoke: {
        src: "look",
        input: ({ context }) => context,
        onDone: [
          {
            guard: { type: "isListed", params: ({ event }) => event.output },
            target: "listed",
            actions: ["tellAddress", "noteListed"],
          },
          {
            guard: { type: "isMissing", params: ({ event }) => event.output },
            target: "registering",
            actions: "noteMissing",
          },
          { target: "unanswered" },
        ],
        onError: "unanswered",
      },
    },
    listed: { after: { lookInterval: "looking" }, on: { "operator.register": "registering" } },
    unanswered: { after: { retryInterval: "looking" }, on: { "operator.register": "registering" } },
  },
});

function isAmong({ address, listening }: Context, listings: readonly Listing[]): boolean {
  return listings.some(({ ip, port }) => ip === address && port === listening.port);
}

function entryOf({ address, listening }: Context, registry: HostPort): RegisteredAt {
  const isOpen = listening.hosts.some((host) => !isLoopback(host));
  const as = { host: address, port: listening.port };
  return { as, registry, isHidden: isOpen && isLoopback(address) };
}

/** `--advertise`, else the one address it listens on, else that of the interface that leads to the registry. */
async function findAddress({ options, listening, network }: World<Options>): Promise<string> {
  const { advertise, bootstrap } = options;
  if (advertise) return advertise;
  const [only, ...others] = listening.hosts;
  if (only && others.length === 0 && only !== "0.0.0.0" && only !== "::") return only;
  if (!bootstrap) throw new Error("asked for an address without a registry");
  return network.localAddressTowards(bootstrap);
}

function register({ options, address, listening, network }: Context): Promise<void> {
  if (!options.bootstrap) throw new Error("asked to register without a registry");
  const { service, token } = options;
  return network.send(options.bootstrap, registration({ ip: address, port: listening.port, service, token }));
}

async function look({ options, network }: Context): Promise<Look> {
  if (!options.bootstrap) throw new Error("asked to look without a registry");
  const answers = await network.ask({
    to: options.bootstrap,
    text: DISCOVER,
    timeoutMs: 1_000,
    isLast: isEnd,
    isLook: true,
  });
  const parsed = answers.map(parseListing);
  return {
    listings: parsed.flatMap((answer) => (answer.ok ? answer.value : [])),
    // An entry that cannot be read may be our own, as a registry that is not ours writes it.
    isWhole: answers.some(isEnd) && parsed.every(({ ok }) => ok),
  };
}
