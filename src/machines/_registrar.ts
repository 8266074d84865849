/**
 * A file server's companion: it registers the server over the wire and looks now and then whether it is still
 * listed [FILE-5]. Registries that people write append duplicates, so it registers again only when an answer to
 * DISCOVERY came and does not list it.
 *
 *   idle (no --bootstrap)
 *   addressing → registering → resting → looking → resting …
 *                     ↑___________________| not listed
 */
import { assign, fromPromise, setup } from "xstate";
import { isEnd, type Listing, parseListing } from "../wire/bootstrap.ts";
import type { HostPort, World } from "./_world.ts";

interface Options {
  readonly service: string;
  readonly token: string;
  readonly bootstrap?: HostPort | undefined;
  readonly advertise?: string | undefined;
}

interface Context extends World<Options> {
  readonly address: string;
  /** Whether the registry has ever listed us. */
  readonly isListed: boolean;
}

export const registrarMachine = setup({
  types: { context: {} as Context, events: {} as { type: "operator.register" }, input: {} as World<Options> },
  guards: {
    hasRegistry: ({ context }) => context.options.bootstrap !== undefined,
    isMissing: (_, listings: readonly Listing[] | undefined) => listings !== undefined,
    isListed: ({ context }, listings: readonly Listing[] | undefined) => isAmong(context, listings ?? []),
    wasListed: ({ context }) => context.isListed,
  },
  actions: {
    keepAddress: assign({ address: (_, address: string) => address }),
    noteListed: assign({ isListed: true }),
    noteMissing: assign({ isListed: false }),
  },
  actors: {
    findAddress: fromPromise<string, World<Options>>(({ input }) => findAddress(input)),
    register: fromPromise<void, Context>(({ input }) => register(input)),
    look: fromPromise<Listing[] | undefined, Context>(({ input }) => look(input)),
  },
  delays: {
    /** Between looks while the registry lists us. */
    lookInterval: 20_000,
    /** Until the first look, and while the registry does not answer. */
    soon: 500,
    retryInterval: 2_000,
  },
}).createMachine({
  id: "registrar",
  context: ({ input }) => ({ ...input, address: "", isListed: false }),
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
            actions: "noteListed",
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

/** `--advertise`, else the one address it listens on, else that of the interface that leads to the registry. */
async function findAddress({ options, listening, network }: World<Options>): Promise<string> {
  const { advertise, bootstrap } = options;
  if (advertise) return advertise;
  const [only, ...others] = listening.hosts;
  if (only && others.length === 0 && only !== "0.0.0.0" && only !== "::") return only;
  if (!bootstrap) throw new Error("asked for an address without a registry");
  return network.ownAddress(bootstrap);
}

function register({ options, address, listening, network }: Context): Promise<void> {
  if (!options.bootstrap) throw new Error("asked to register without a registry");
  const { service, token } = options;
  return network.tell(options.bootstrap, `REGISTRN,${address},${listening.port},${service},${token}`);
}

/** The registry's listings, or undefined where the answer did not come whole: then nobody knows whether we are listed. */
async function look({ options, network }: Context): Promise<Listing[] | undefined> {
  if (!options.bootstrap) throw new Error("asked to look without a registry");
  const answers = await network.ask({
    to: options.bootstrap,
    text: "DISCOVERY",
    timeoutMs: 1_000,
    isLast: isEnd,
  });
  if (!answers.some(isEnd)) return undefined;
  return answers.flatMap((answer) => {
    const parsed = parseListing(answer);
    return parsed.ok ? parsed.value : [];
  });
}
