/**
 * A proxy's listener: for each client that connects, or sends datagrams, a connection to the server, and a pair of stories. What the two say
 * is judged when an operator asks: no byte waits for that.
 *
 * Long, because streams and datagrams, their pairs and their ends share the one set of pairs.
 */
import { lookup } from "node:dns/promises";
import { NetlabError } from "../errors.ts";
import type { Endpoint, Link } from "../link/link.ts";
import { listenTcp } from "../link/tcp-server.ts";
import type { UdpLink } from "../link/udp-link.ts";
import { listenUdp } from "../link/udp-server.ts";
import { formatHostPort } from "../machines/_options.ts";
import { initialStateName } from "../machines/_state-names.ts";
import type { HostPort } from "../machines/_world.ts";
import { type Cause, cause } from "../stories/causes.ts";
import { editionOf } from "../stories/editions.ts";
import type { Leg, Story } from "../stories/story.ts";
import { isLoopback } from "../wire/loopback.ts";
import type { Bound } from "./binding.ts";
import type { ConnectionControl } from "./connection-control.ts";
import type { Permit } from "./descriptor-budget.ts";
import { reportExposure } from "./exposure.ts";
import { ListeningPort } from "./listening-port.ts";
import { connect, connectDatagrams } from "./network.ts";
import type { ProxyLeg } from "./proxy-leg.ts";
import { ProxyPair } from "./proxy-pair.ts";
import { addHop, addPath, hasBeenThrough, type ProxyPath, wayBack } from "./proxy-paths.ts";
import type { InstanceService, ServiceContext } from "./service.ts";

const NOWHERE: Endpoint = { address: "", port: 0 };
/** Senders of datagrams are forgotten after this silence. */
const DATAGRAM_SILENCE_MS = 60_000;
/** At a stop: pairs that have been silent for so long have nothing under way. */
const QUIET_MS = 300;
const DRAIN_STEP_MS = 50;

export class ProxyListener implements InstanceService {
  readonly machineState = undefined;
  readonly #context: ServiceContext;
  readonly #to: HostPort;
  readonly #port: ListeningPort;
  readonly #pairs = new Set<ProxyPair>();
  /** Both sides of each pair, by the ids of their stories. */
  readonly #legs = new Map<string, ProxyLeg>();
  /** Links of those who send datagrams. */
  readonly #senders = new Map<string, UdpLink>();
  /** Deeds that are due when a pair is over. */
  readonly #ends = new Map<ProxyPair, (() => void)[]>();
  #path: ProxyPath | undefined;
  #removePath: (() => void) | undefined;
  #sweepTimer: unknown;
  #whenEmpty: (() => void)[] = [];

  constructor(context: ServiceContext) {
    this.#context = context;
    this.#to = (context.options as { readonly to: HostPort }).to;
    this.#port = new ListeningPort(context, (host, port, ipv6Only) => this.#bind(host, port, ipv6Only));
  }

  get hosts(): readonly string[] {
    return this.#port.hosts;
  }

  get port(): number {
    return this.#port.port;
  }

  get peers(): number {
    return this.#pairs.size;
  }

  get #isDatagrams(): boolean {
    return this.#context.role().transport === "udp";
  }

  control(id: string): ConnectionControl | undefined {
    return this.#legs.get(id);
  }

  async open(): Promise<void> {
    const { environment, id } = this.#context;
    const isWanted = await this.#port.open();
    const to = await this.#addresses();
    if (!isWanted()) return;
    const { hosts, port } = this.#port;
    const path = { id, transport: this.#context.role().transport, hosts: [...hosts], port, to };
    this.#checkWay(path);
    this.#path = path;
    this.#removePath = addPath(path);
    reportExposure(this.#context, hosts, [port]);
    if (to.some(({ address }) => !isLoopback(address) && !["0.0.0.0", "::"].includes(address))) {
      const text = `passes on what its clients say to ${formatHostPort(this.#to)}, which is not only this machine`;
      environment.telemetry({ type: "instance.remark", id, text });
    }
    this.#scheduleSweep();
  }

  /** A name that cannot be resolved now may be at the next connection. */
  async #addresses(): Promise<Endpoint[]> {
    const { host, port } = this.#to;
    const found = await lookup(host, { all: true }).catch(() => []);
    return found.map(({ address }) => ({ address, port }));
  }

  /** Throws where what it sends would come back to it. */
  #checkWay(path: ProxyPath): void {
    const back = wayBack(path);
    if (!back) return;
    this.#port.close();
    const between = back.slice(0, -1);
    const through = between.length > 0 ? ` through ${between.join(" and ")}` : "";
    throw new NetlabError("wrong-state/proxy-loop", { to: formatHostPort(this.#to), through });
  }

  async #bind(host: string, port: number, ipv6Only: boolean): Promise<Bound> {
    const { environment, onCrash } = this.#context;
    const { descriptors } = environment;
    const common = { host, port, ipv6Only, onError: onCrash, onClosed: () => descriptors.give(1) };
    const server = this.#isDatagrams
      ? await listenUdp({
          ...common,
          onDatagram: (bytes, address, from, links) => {
            const key = `${address} ${from}`;
            const link = this.#senders.get(key) ?? links.linkTo({ address, port: from });
            if (!this.#senders.has(key) && !this.#acceptSender(key, link)) return;
            link.receive(bytes);
          },
        })
      : await listenTcp({ ...common, onLink: (link) => void this.#accept(link) });
    descriptors.take(1);
    return server;
  }

  // -- one client --------------------------------------------------------------------------------------------------

  #acceptSender(key: string, link: UdpLink): boolean {
    this.#senders.set(key, link);
    const pair = this.#accept(link);
    // Nothing is left of one that was refused at once.
    const ends = pair && this.#ends.get(pair);
    if (ends) ends.push(() => this.#senders.delete(key));
    else this.#senders.delete(key);
    return ends !== undefined;
  }

  #accept(link: Link): ProxyPair | undefined {
    const { environment, onCrash } = this.#context;
    const permit = environment.descriptors.admit(this.#context.role().descriptors ?? 1);
    if (!permit || permit.isOverBudget) return this.#reject(link, permit);
    const pair = this.#newPair(link);
    this.#pairs.add(pair);
    const legs = [pair.client, pair.server];
    for (const leg of legs) this.#legs.set(leg.id, leg);
    this.#ends.set(pair, [() => permit.release()]);
    const { address, port } = link.remote;
    environment.telemetry({ type: "connection.opened", id: pair.client.id, remote: `${address}:${port}` });
    pair.open(link, this.#whyNot(link)).catch(onCrash);
    return pair;
  }

  /** Why the client that came last is refused, if it is: the server is to hear nothing of it. */
  #whyNot({ remote }: Link): Cause | undefined {
    const limit = this.#context.common.maxConnections;
    if (this.#pairs.size > limit) return cause("too-many-connections", { limit });
    return this.#path && hasBeenThrough(this.#path, remote) ? cause("proxy-loop", {}) : undefined;
  }

  /** There is no descriptor for it, and nothing that a proxy could say. */
  #reject(link: Link, permit: Permit | undefined): undefined {
    const { environment, id } = this.#context;
    const { address, port } = link.remote;
    permit?.release();
    environment.telemetry({
      type: "connection.refused",
      id,
      remote: `${address}:${port}`,
      cause: cause("no-descriptors", { limit: environment.descriptors.limit }),
    });
    link.reset();
    return undefined;
  }

  #newPair(link: Link): ProxyPair {
    const { environment } = this.#context;
    const stories = this.#storiesOf(link);
    return new ProxyPair({
      context: this.#context,
      to: this.#to,
      stories,
      connect: () => (this.#isDatagrams ? connectDatagrams(this.#to) : connect(this.#to, environment.clock)),
      checkServer: (pair, server) => this.#checkServer(pair, link.remote, server),
      onOver: (pair) => this.#over(pair),
    });
  }

  /** A loop may be seen only now: the name has another address, or the other proxy had not heard of its connection yet. */
  #checkServer(pair: ProxyPair, client: Endpoint, server: Link): Cause | undefined {
    const path = this.#path;
    if (!path) return undefined;
    if (hasBeenThrough(path, client)) return cause("proxy-loop", {});
    this.#ends.get(pair)?.push(addHop(path, server.local, client));
    return undefined;
  }

  #storiesOf({ local, remote }: Link): Readonly<Record<Leg, Story>> {
    const { environment, id: instance, label, role } = this.#context;
    const { ids, recorder } = environment;
    const definition = role();
    const newId = () => (this.#isDatagrams ? ids.sender(instance) : ids.connection(instance));
    const [client, server] = [newId(), newId()];
    const common = {
      instance,
      role: definition.name,
      edition: editionOf(definition),
      label,
      transport: definition.transport,
    };
    const state = initialStateName(definition.machine);
    const to = { address: this.#to.host, port: this.#to.port };
    return {
      client: recorder.open({ ...common, id: client, leg: "client", pair: server, local, remote }, state),
      server: recorder.open(
        { ...common, id: server, leg: "server", pair: client, local: NOWHERE, remote: to },
        state,
      ),
    };
  }

  #over(pair: ProxyPair): void {
    for (const { id } of [pair.client, pair.server]) this.#legs.delete(id);
    this.#pairs.delete(pair);
    for (const end of this.#ends.get(pair) ?? []) end();
    this.#ends.delete(pair);
    if (this.#pairs.size > 0) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  /** [FRAME-7] */
  #scheduleSweep(): void {
    const { environment, common } = this.#context;
    const { clock } = environment;
    const limit = this.#isDatagrams ? DATAGRAM_SILENCE_MS : common.idle;
    this.#sweepTimer = clock.setTimeout(
      () => {
        const now = clock.now();
        const why = this.#isDatagrams ? undefined : cause("idle-too-long", { idleMs: limit });
        for (const pair of this.#pairs) if (now - pair.lastMovedAt >= limit) pair.tear(why);
        this.#scheduleSweep();
      },
      Math.min(10_000, Math.max(50, limit / 4)),
    );
  }

  // -- the end -----------------------------------------------------------------------------------------------------

  /** A proxy has no word for its peers: what is under way may finish, and who is silent is not waited for. */
  async drain(limitMs: number): Promise<void> {
    this.#stopAccepting();
    const { clock } = this.#context.environment;
    const until = clock.now() + limitMs;
    while (clock.now() < until && this.#isBusy(clock.now()))
      await new Promise<void>((resume) => void clock.setTimeout(resume, DRAIN_STEP_MS));
  }

  #isBusy(now: number): boolean {
    if (this.#isDatagrams) return false;
    return [...this.#pairs].some(({ lastMovedAt }) => now - lastMovedAt < QUIET_MS);
  }

  async close(): Promise<void> {
    this.#stopAccepting();
    this.#port.close();
    this.#context.environment.clock.clearTimeout(this.#sweepTimer);
    for (const { client, server } of this.#pairs) {
      if (!server.isOver) server.story.operate({ action: "end" });
      client.kill({ action: "end" });
    }
    if (this.#pairs.size > 0) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  #stopAccepting(): void {
    this.#port.stop();
    this.#removePath?.();
    this.#removePath = undefined;
  }
}
