/**
 * A UDP role's endpoint: one machine for all senders, each sender remembered for a while, so that `conns` and `explain`
 * speak of senders as of connections. A throw is the machine's, and so the instance's: its supervisor restarts it.
 */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { messageOf } from "../errors.ts";
import type { Phase } from "../machines/_role.ts";
import { stateName } from "../machines/_state-names.ts";
import type { ByteSink, OpenFile, Peer, World } from "../machines/_world.ts";
import { plainAddress } from "../os/addresses.ts";
import { osCode } from "../os/os-errors.ts";
import { Concealment } from "../stories/redaction.ts";
import type { Live, Story } from "../stories/story.ts";
import { isLoopback } from "../wire/loopback.ts";
import { PeerMessage } from "../wire/message.ts";
import { type Bound, bindAll } from "./binding.ts";
import { Companion, serverNetwork, worldOf } from "./companion.ts";
import { asBuffer } from "./delivery.ts";
import { tellExposure } from "./exposure.ts";
import { isOwnPort } from "./network.ts";
import { type RoleActor, runMachine } from "./run-machine.ts";
import type { InstanceService, ServiceContext } from "./service.ts";

const SILENCE_MS = 60_000;
const SWEEP_MS = 5_000;
const MAX_SENDERS = 4_096;
/** A class that starts at once fits into the kernel's queue. */
const RECEIVE_BUFFER = 4 * 1_048_576;

interface BoundSocket extends Bound {
  readonly socket: Socket;
}

export class UdpEndpoint implements InstanceService {
  readonly #context: ServiceContext;
  readonly #concealment: Concealment | undefined;
  /** In the order in which they last spoke: the first is the most silent. */
  readonly #senders = new Map<string, Sender>();
  #bound: BoundSocket[] = [];
  #hosts: string[] = [];
  #port = 0;
  /** Which opening this is: one that was stopped meanwhile must not touch what the next one made. */
  #opening = 0;
  /** Whose datagram the machine is at. */
  #speaking: Sender | undefined;
  #world: World | undefined;
  #actor: RoleActor | undefined;
  #companion: Companion | undefined;
  #state = "";
  #phase: Phase | undefined;
  #sweepTimer: unknown;

  constructor(context: ServiceContext) {
    this.#context = context;
    this.#concealment = Concealment.of(context.role(), context.options);
  }

  get hosts(): readonly string[] {
    return this.#hosts;
  }

  get port(): number {
    return this.#port;
  }

  get peers(): number {
    let count = 0;
    for (const { story } of this.#senders.values()) if (!story.subject.isOwn) count += 1;
    return count;
  }

  get machineState(): string | undefined {
    return this.#companion?.state ?? this.#state;
  }

  async open(): Promise<void> {
    const { common, environment, preferredPort, role } = this.#context;
    this.#opening += 1;
    const opening = this.#opening;
    const isWanted = () => opening === this.#opening;
    const bound = await bindAll<BoundSocket>({
      host: common.host,
      // Whoever knows the port of an instance that took any finds it there again after a crash.
      port: common.port || this.#port || preferredPort,
      clock: environment.clock,
      bindOne: (host, port, ipv6Only) => this.#bind(host, port, ipv6Only),
      isWanted,
    });
    this.#bound = [...bound.values()];
    this.#hosts = [...bound.keys()];
    this.#port = this.#bound[0]?.port ?? 0;
    tellExposure(this.#context, this.#hosts, [this.#port]);
    const listening = { hosts: this.#hosts, port: this.#port };
    this.#world = worldOf(this.#context, listening, serverNetwork(this.#context));
    this.#runMachine(this.#world);
    const { companion } = role();
    if (companion && isWanted()) this.#companion = new Companion(companion, this.#world, this.#context);
    if (isWanted()) return this.#scheduleSweep();
    // What crashes as it starts has closed everything by now, save the companion.
    this.#companion?.stop();
    this.#companion = undefined;
  }

  #runMachine(world: World): void {
    const { id, environment, role, onFinished } = this.#context;
    const actor = runMachine(role().machine, {
      input: world,
      id,
      clock: environment.clock,
      watcher: {
        after: (_from, to) => to !== undefined && this.#enter(to),
        failed: (error) => this.#crash(error),
        done: onFinished,
      },
    });
    this.#actor = actor;
    actor.start();
    this.#enter(stateName(actor.getSnapshot().value));
  }

  #enter(state: string): void {
    this.#state = state;
    this.#phase = this.#context.role().phases[state];
  }

  #bind(host: string, port: number, ipv6Only: boolean): Promise<BoundSocket> {
    const { descriptors } = this.#context.environment;
    return new Promise((resolve, reject) => {
      const socket = createSocket(host.includes(":") ? { type: "udp6", ipv6Only } : { type: "udp4" });
      const fail = (error: Error) => {
        // It is not closed by its own failure, and would be left over at every try.
        socket.close();
        reject(error);
      };
      socket.once("error", fail);
      socket.bind({ address: host, port, exclusive: true }, () => {
        socket.off("error", fail);
        socket.on("error", (error) => this.#context.onCrash(error));
        socket.on("message", (bytes, from) => this.#receive(socket, bytes, from));
        growReceiveBuffer(socket);
        descriptors.take(1);
        socket.once("close", () => descriptors.give(1));
        resolve({ socket, port: socket.address().port, close: () => socket.close() });
      });
    });
  }

  // -- one datagram ---------------------------------------------------------------------------------------------------

  #receive(socket: Socket, bytes: Buffer, from: RemoteInfo): void {
    const now = this.#context.environment.clock.now();
    const sender = this.#senderOf(socket, from, now);
    const phase = this.#phase;
    sender.came(bytes, now);
    if (!phase) return;
    sender.story.lastRule = phase.rule;
    this.#speaking = sender;
    try {
      const message = new PeerMessage(bytes, undefined, sender);
      const session = { context: this.#actor?.getSnapshot().context, peer: sender };
      const event = phase.handle ? phase.handle(message, session) : message;
      if (event) this.#actor?.send(event);
    } catch (error) {
      this.#crash(error);
    } finally {
      this.#speaking = undefined;
    }
  }

  /** The whole machine's crash; the story of whoever's datagram brought it about says so. */
  #crash(error: unknown): void {
    const { environment, onCrash } = this.#context;
    if (this.#speaking) {
      const { story, id } = this.#speaking;
      story.faulted("crashed", messageOf(error));
      story.add({ at: environment.clock.now(), kind: "crashed", error: messageOf(error) });
      environment.telemetry({ type: "connection.crashed", id, error });
    }
    onCrash(error);
  }

  #senderOf(socket: Socket, from: RemoteInfo, now: number): Sender {
    const address = plainAddress(from.address);
    const key = `${address}/${from.port}`;
    let sender = this.#senders.get(key);
    if (sender) {
      this.#senders.delete(key);
    } else {
      if (this.#senders.size >= MAX_SENDERS) this.#forgetMostSilent();
      sender = this.#newSender(socket, { address, port: from.port }, now);
    }
    this.#senders.set(key, sender);
    return sender;
  }

  #newSender(socket: Socket, remote: { address: string; port: number }, now: number): Sender {
    const { environment, id: instance, label, role } = this.#context;
    const id = environment.ids.sender(instance);
    const definition = role();
    const { name, display } = definition;
    const isOwn = isLoopback(remote.address) && isOwnPort(remote.port);
    const subject = {
      id,
      instance,
      role: name,
      definition,
      label,
      transport: "udp",
      remote,
      display,
      concealment: this.#concealment,
      isOwn,
    } as const;
    const story = environment.recorder.open(subject, this.#state);
    story.framing = "datagram";
    story.waitsFor = this.#phase?.expects;
    return new Sender(socket, story, now, this.#context, () =>
      this.#forget(`${remote.address}/${remote.port}`),
    );
  }

  #forgetMostSilent(): void {
    const [key] = this.#senders.keys();
    if (key !== undefined) this.#forget(key);
  }

  #forget(key: string): void {
    const sender = this.#senders.get(key);
    if (!sender || !this.#senders.delete(key)) return;
    sender.isForgotten = true;
    sender.story.waitsFor = undefined;
    this.#context.environment.recorder.end(sender.story);
  }

  #scheduleSweep(): void {
    const { clock } = this.#context.environment;
    this.#sweepTimer = clock.setTimeout(() => {
      const since = clock.now() - SILENCE_MS;
      for (const [key, sender] of this.#senders) {
        if (sender.lastMovedAt > since) break;
        this.#forget(key);
      }
      this.#scheduleSweep();
    }, SWEEP_MS);
  }

  // -- the end ---------------------------------------------------------------------------------------------------------

  async drain(): Promise<void> {
    await this.close();
  }

  async close(): Promise<void> {
    this.#opening += 1;
    this.#companion?.stop();
    this.#companion = undefined;
    this.#actor?.stop();
    this.#actor = undefined;
    this.#phase = undefined;
    for (const { socket } of this.#bound) socket.close();
    this.#bound = [];
    this.#hosts = [];
    for (const key of [...this.#senders.keys()]) this.#forget(key);
    this.#context.environment.clock.clearTimeout(this.#sweepTimer);
  }
}

/** Some kernels refuse a large buffer; then their own is what there is. */
function growReceiveBuffer(socket: Socket): void {
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER);
  } catch (error) {
    if (osCode(error) !== "ERR_SOCKET_BUFFER_SIZE") throw error;
  }
}

/** Who sent a datagram, for as long as it is remembered. */
class Sender implements Peer, Live {
  readonly story: Story;
  readonly framing = "datagram";
  readonly unreadBytes = 0;
  readonly queuedBytes = 0;
  lastMovedAt: number;
  /** Its story has ended, and its socket may be closed: a late answer goes nowhere. */
  isForgotten = false;
  readonly #socket: Socket;
  readonly #context: ServiceContext;
  readonly #forget: () => void;

  constructor(socket: Socket, story: Story, now: number, context: ServiceContext, forget: () => void) {
    this.#socket = socket;
    this.story = story;
    this.lastMovedAt = now;
    this.#context = context;
    this.#forget = forget;
    story.live = this;
  }

  get id(): string {
    return this.story.subject.id;
  }

  get remote() {
    return this.story.subject.remote;
  }

  came(bytes: Buffer, now: number): void {
    this.lastMovedAt = now;
    this.story.came(bytes, now);
  }

  send(text: string): void {
    this.sendBytes(Buffer.from(text));
  }

  sendBytes(bytes: Uint8Array): void {
    if (this.isForgotten) return;
    const now = this.#context.environment.clock.now();
    const datagram = asBuffer(bytes);
    this.story.sent(datagram, now);
    this.#socket.send(datagram, this.remote.port, this.remote.address, this.#onSent);
  }

  /** One for all its datagrams. */
  readonly #onSent = (error: Error | null) => {
    if (error) this.remark(`the answer could not be sent: ${messageOf(error)}`);
  };

  sendFile(_file: OpenFile): Promise<void> {
    return Promise.reject(new Error("files go over TCP"));
  }

  receiveInto(_sink: ByteSink, _sizeBytes: number): Promise<void> {
    return Promise.reject(new Error("files go over TCP"));
  }

  refuse(words: string, rule: string, why: string): void {
    this.story.lastRule = rule;
    this.story.faulted("refused", why);
    const { clock, telemetry } = this.#context.environment;
    this.story.add({ at: clock.now(), kind: "refused", rule, words, why });
    telemetry({
      type: "connection.refused",
      id: this.id,
      remote: `${this.remote.address}:${this.remote.port}`,
      rule,
      why,
    });
    this.send(words);
  }

  remark(text: string): void {
    const { clock, telemetry } = this.#context.environment;
    this.story.add({ at: clock.now(), kind: "remark", text });
    telemetry({ type: "connection.remark", id: this.id, text });
  }

  close(): void {
    this.#forget();
  }

  kill(why: string): void {
    this.story.add({ at: this.#context.environment.clock.now(), kind: "operator", text: why });
    this.#forget();
  }

  unread(): Buffer {
    return Buffer.alloc(0);
  }
}
