/**
 * A UDP role's endpoint: one machine for all senders, each sender remembered for a while, so that `conns` and `explain`
 * speak of senders as of connections. A throw is the machine's, and so the instance's: its supervisor restarts it.
 *
 * Long, because its one machine and the table of its senders begin and end together.
 */
import type { Endpoint } from "../link/link.ts";
import type { UdpLink } from "../link/udp-link.ts";
import { listenUdp, type UdpLinks } from "../link/udp-server.ts";
import type { Phase } from "../machines/_role.ts";
import { stateName } from "../machines/_state-names.ts";
import type { Clock, World } from "../machines/_world.ts";
import { crashCause } from "../os/error-causes.ts";
import { editionOf, secretsOf } from "../stories/editions.ts";
import type { Story } from "../stories/story.ts";
import { isLoopback } from "../wire/loopback.ts";
import { PeerMessage } from "../wire/message.ts";
import type { Bound } from "./binding.ts";
import { Companion, serverNetwork, worldOf } from "./companion.ts";
import type { ConnectionControl } from "./connection-control.ts";
import { DatagramSender, type SenderHost } from "./datagram-sender.ts";
import { reportExposure } from "./exposure.ts";
import { LoneSteps, tellHeld } from "./held-loop.ts";
import { ListeningPort } from "./listening-port.ts";
import { isOwnLook } from "./network.ts";
import { recordedInputs } from "./recorded-inputs.ts";
import { type RoleActor, runMachine } from "./run-machine.ts";
import type { InstanceService, ServiceContext } from "./service.ts";
import type { Telemetry } from "./telemetry.ts";

const SILENCE_MS = 60_000;
const SWEEP_MS = 5_000;
const MAX_SENDERS = 4_096;
/** Pause before a server of this daemon is answered: two that answer anything would keep each other busy for ever [ACK-1]. */
const OWN_PAUSE_MS = 1_000;
/** Datagrams that wait so. Beyond it they are lost, as in a full buffer of the system. */
const MAX_PAUSED = 100;

/** A remembered sender: its link brings its datagrams to it. */
interface Remembered {
  readonly sender: DatagramSender;
  readonly link: UdpLink;
  /** When it took its place in the table. */
  placedAt: number;
}

export class UdpEndpoint implements InstanceService, SenderHost {
  readonly #context: ServiceContext;
  #secrets: readonly string[];
  /** In the order in which they came, or had a second chance. */
  readonly #senders = new Map<string, Remembered>();
  /** Senders that are servers of this daemon. */
  readonly #own = new WeakSet<DatagramSender>();
  /** Senders that the lab does not let in: their datagrams are recorded and not answered. */
  readonly #refused = new WeakSet<DatagramSender>();
  readonly #pauses = new Set<unknown>();
  /** The last one who spoke, as most who speak again at once are. */
  #last: Remembered | undefined;
  readonly #port: ListeningPort;
  /** The sender whose datagram the machine is at. */
  #speaking: DatagramSender | undefined;
  #world: World | undefined;
  #actor: RoleActor | undefined;
  #companion: Companion | undefined;
  #state = "";
  #phase: Phase | undefined;
  #sweepTimer: unknown;

  constructor(context: ServiceContext) {
    this.#context = context;
    this.#secrets = secretsOf(context.role(), context.options);
    this.#port = new ListeningPort(context, (host, port, ipv6Only) => this.#bind(host, port, ipv6Only));
  }

  get clock(): Clock {
    return this.#context.environment.clock;
  }

  get telemetry(): Telemetry {
    return this.#context.environment.telemetry;
  }

  get hosts(): readonly string[] {
    return this.#port.hosts;
  }

  get port(): number {
    return this.#port.port;
  }

  get peers(): number {
    let count = 0;
    for (const { sender } of this.#senders.values()) if (!sender.story.subject.isInternal) count += 1;
    return count;
  }

  control(id: string): ConnectionControl | undefined {
    for (const { sender } of this.#senders.values()) if (sender.id === id) return sender;
    return undefined;
  }

  get machineState(): string | undefined {
    return this.#companion?.state ?? this.#state;
  }

  async open(): Promise<void> {
    const { role } = this.#context;
    const isWanted = await this.#port.open();
    const listening = { hosts: [...this.#port.hosts], port: this.#port.port };
    reportExposure(this.#context, listening.hosts, [listening.port]);
    this.#world = worldOf(this.#context, listening, serverNetwork(this.#context));
    this.#runMachine(this.#world);
    const { companion } = role();
    if (companion && isWanted()) this.#companion = new Companion(companion, this.#world, this.#context);
    if (isWanted()) return this.#scheduleSweep();
    // A machine that crashes as it starts has closed everything by now, save the companion.
    this.#companion?.stop();
    this.#companion = undefined;
  }

  /** There is one machine for all senders: who is heard from again is told by the new one, in a story of its own. */
  adopt(): void {
    if (!this.#actor) return;
    this.#forgetAll();
    this.#actor.stop();
    const { hosts, port } = this.#port;
    this.#secrets = secretsOf(this.#context.role(), this.#context.options);
    this.#world = worldOf(this.#context, { hosts: [...hosts], port }, serverNetwork(this.#context));
    this.#runMachine(this.#world);
  }

  /** Of the sender that speaks now. */
  get story(): Story | undefined {
    return this.#speaking?.story;
  }

  #runMachine(world: World): void {
    const { id, environment, role, onFinished } = this.#context;
    const steps = new LoneSteps(this.#context);
    const actor = runMachine(role().machine, {
      input: { ...world, ...recordedInputs(world, this) },
      id,
      clock: environment.clock,
      watcher: {
        before: () => {
          if (!this.#speaking) steps.begin();
        },
        after: (from, to) => {
          if (!this.#speaking) steps.end(from);
          if (to !== undefined) this.#enter(to);
        },
        failed: (error) => this.#crash(error),
        done: onFinished,
      },
    });
    this.#actor = actor;
    steps.begin();
    actor.start();
    steps.end(stateName(actor.getSnapshot().value));
    this.#enter(stateName(actor.getSnapshot().value));
  }

  #enter(state: string): void {
    this.#state = state;
    this.#phase = this.#context.role().phases[state];
  }

  async #bind(host: string, port: number, ipv6Only: boolean): Promise<Bound> {
    const { descriptors, numbered } = this.#context.environment;
    const server = await listenUdp({
      host,
      port,
      ipv6Only,
      onDatagram: (bytes, address, port, links) => {
        const receive = () => this.#linkOf(address, port, links).receive(bytes);
        if (numbered && !this.#senders.has(keyOf({ address, port }))) numbered("sender", receive);
        else receive();
      },
      onError: this.#context.onCrash,
      onClosed: () => descriptors.give(1),
    });
    descriptors.take(1);
    return server;
  }

  // -- one datagram ---------------------------------------------------------------------------------------------------

  onDatagram(sender: DatagramSender, bytes: Buffer): void {
    if (this.#refused.has(sender) && !this.#isLetInNow(sender)) return;
    if (!this.#own.has(sender)) return this.#hand(sender, bytes);
    if (this.#pauses.size >= MAX_PAUSED) return;
    const pause = this.clock.setTimeout(() => {
      this.#pauses.delete(pause);
      this.#hand(sender, bytes);
    }, OWN_PAUSE_MS);
    this.#pauses.add(pause);
  }

  #hand(sender: DatagramSender, bytes: Buffer): void {
    const phase = this.#phase;
    if (!phase) return;
    sender.story.lastRule = phase.rule;
    this.#speaking = sender;
    const [state, since] = [this.#state, sender.story.now()];
    try {
      const message = new PeerMessage(bytes, undefined, sender);
      const session = { context: this.#actor?.getSnapshot().context, peer: sender };
      const event = phase.handle ? phase.handle(message, session) : message;
      if (event) this.#actor?.send(event);
    } catch (error) {
      this.#crash(error);
    } finally {
      this.#speaking = undefined;
      tellHeld(this.telemetry, sender.story, state, since);
    }
  }

  /** A sender that was refused is asked about again with each datagram: it does not connect anew. */
  #isLetInNow(sender: DatagramSender): boolean {
    if (this.#context.environment.admission?.gate?.rejects(sender.story)) return false;
    this.#refused.delete(sender);
    return true;
  }

  /** The whole machine's crash; the story of the sender whose datagram brought it about says so. */
  #crash(error: unknown): void {
    const { environment, onCrash } = this.#context;
    if (this.#speaking) {
      const { story, id } = this.#speaking;
      story.crash(crashCause(error));
      environment.telemetry({ type: "connection.crashed", id, error });
    }
    onCrash(error);
  }

  #linkOf(address: string, port: number, links: UdpLinks): UdpLink {
    const last = this.#last?.link;
    if (last && last.remote.port === port && last.remote.address === address) return last;
    const remote = { address, port };
    const key = keyOf(remote);
    let remembered = this.#senders.get(key);
    if (!remembered) {
      if (this.#senders.size >= MAX_SENDERS) this.#forgetMostSilent();
      remembered = this.#newSender(links.linkTo(remote));
      this.#senders.set(key, remembered);
    }
    this.#last = remembered;
    return remembered.link;
  }

  #newSender(link: UdpLink): Remembered {
    const { remote } = link;
    const { environment, id: instance, label, role } = this.#context;
    const id = environment.ids.sender(instance);
    const definition = role();
    const isInternal = isOwnLook(remote, link.local);
    const subject = {
      id,
      instance,
      role: definition.name,
      edition: editionOf(definition),
      label,
      transport: "udp",
      local: link.local,
      remote,
      isInternal,
    } as const;
    const story = environment.recorder.open(subject, this.#state, this.#secrets);
    story.waitsFor = this.#phase?.expects;
    const sender = new DatagramSender(environment.onLink?.(link, id) ?? link, story, this);
    if (isLoopback(remote.address) && environment.holderOf?.("udp", remote.port)) this.#own.add(sender);
    const rejection = isInternal ? undefined : environment.admission?.gate?.rejects(story);
    if (rejection) {
      this.#refused.add(sender);
      story.refuse(rejection.cause, "");
      environment.telemetry({
        type: "connection.refused",
        id,
        remote: keyOf(remote),
        cause: rejection.cause,
      });
    }
    return { sender, link, placedAt: sender.lastMovedAt };
  }

  /** Gives a second chance, at the end, to one who spoke since it took its place: else each datagram would move its sender there. */
  #forgetMostSilent(): void {
    for (const [key, remembered] of this.#senders) {
      const { sender, placedAt } = remembered;
      if (sender.lastMovedAt <= placedAt) return sender.close();
      remembered.placedAt = sender.lastMovedAt;
      this.#senders.delete(key);
      this.#senders.set(key, remembered);
    }
  }

  #forgetAll(): void {
    for (const { sender } of [...this.#senders.values()]) sender.close();
  }

  onForgotten({ story, remote }: DatagramSender): void {
    if (!this.#senders.delete(keyOf(remote))) return;
    this.#last = undefined;
    story.waitsFor = undefined;
    this.#context.environment.recorder.end(story);
  }

  #scheduleSweep(): void {
    const { clock } = this.#context.environment;
    this.#sweepTimer = clock.setTimeout(() => {
      const since = clock.now() - SILENCE_MS;
      for (const { sender } of this.#senders.values()) {
        if (sender.lastMovedAt <= since) sender.close();
      }
      this.#scheduleSweep();
    }, SWEEP_MS);
  }

  // -- the end ---------------------------------------------------------------------------------------------------------

  async drain(): Promise<void> {
    await this.close();
  }

  async close(): Promise<void> {
    this.#companion?.stop();
    this.#companion = undefined;
    this.#actor?.stop();
    this.#actor = undefined;
    this.#phase = undefined;
    this.#port.close();
    for (const pause of this.#pauses) this.clock.clearTimeout(pause);
    this.#pauses.clear();
    this.#forgetAll();
    this.#context.environment.clock.clearTimeout(this.#sweepTimer);
  }
}

const keyOf = ({ address, port }: Endpoint) => `${address}/${port}`;
