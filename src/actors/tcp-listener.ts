/**
 * A TCP server's listener: accepts, gives each connection a machine of its own, sweeps the idle, and lets no
 * connection's fault reach a neighbour. Connections are root actors in this map, not children of one machine.
 *
 * Long, because opening, accepting, sweeping and draining share the one map of connections.
 */

import { messageOf } from "../errors.ts";
import type { Link } from "../link/link.ts";
import { listenTcp } from "../link/tcp-server.ts";
import type { HubMember, Role } from "../machines/_role.ts";
import { cause } from "../stories/causes.ts";
import { editionOf, secretsOf } from "../stories/editions.ts";
import type { Story, StorySubject } from "../stories/story.ts";
import type { Bound } from "./binding.ts";
import { Companion, serverNetwork, worldOf } from "./companion.ts";
import { Connection } from "./connection.ts";
import type { ConnectionControl } from "./connection-control.ts";
import { ConnectionFiles } from "./connection-files.ts";
import { type ConnectionLimits, limitsOf } from "./connection-host.ts";
import { Crowds } from "./crowd.ts";
import { Edition } from "./edition.ts";
import { reportExposure } from "./exposure.ts";
import { tellHeld } from "./held-loop.ts";
import type { HubFace } from "./hubs.ts";
import { openHub } from "./listener-hub.ts";
import { ListeningPort } from "./listening-port.ts";
import { SLEEP_FROM } from "./peer-machine.ts";
import { recordedInputs } from "./recorded-inputs.ts";
import { Refusals } from "./refusals.ts";
import { runMachine } from "./run-machine.ts";
import type { InstanceService, ServiceContext } from "./service.ts";

export class TcpListener implements InstanceService {
  readonly #context: ServiceContext;
  #secrets: readonly string[];
  readonly #limits: ConnectionLimits;
  readonly #connections = new Map<string, Connection>();
  readonly #port: ListeningPort;
  readonly #refusals: Refusals;
  #edition: Edition | undefined;
  #companion: Companion | undefined;
  #sweepTimer: unknown;
  /** Waiters for the end of the last connection. */
  #whenEmpty: (() => void)[] = [];

  constructor(context: ServiceContext) {
    this.#context = context;
    this.#secrets = secretsOf(context.role(), context.options);
    this.#limits = limitsOf(context.common);
    this.#refusals = new Refusals(context);
    this.#port = new ListeningPort(context, (host, port, ipv6Only) => this.#bind(host, port, ipv6Only));
  }

  get hosts(): readonly string[] {
    return this.#port.hosts;
  }

  get port(): number {
    return this.#port.port;
  }

  get otherPorts(): readonly number[] {
    return this.#port.otherPorts;
  }

  get peers(): number {
    let count = 0;
    for (const { isClosing } of this.#connections.values()) if (!isClosing) count += 1;
    return count;
  }

  get hub(): HubFace | undefined {
    return this.#edition?.hub;
  }

  /** Members of the hub, else peers whose machine remembers a name. */
  get members(): readonly HubMember[] | undefined {
    const { peerName } = this.#context.role();
    if (this.hub || !peerName) return this.hub?.members;
    const named = [...this.#connections.values()].map(({ id, snapshot }) => {
      return { id, name: snapshot ? (peerName(snapshot.context) ?? "") : "", details: {} };
    });
    return named.filter(({ name }) => name !== "");
  }

  control(id: string): ConnectionControl | undefined {
    return this.#connections.get(id)?.control;
  }

  get machineState(): string | undefined {
    return this.#companion?.state;
  }

  async open(): Promise<void> {
    const { role } = this.#context;
    const isWanted = await this.#port.open();
    this.#edition = undefined;
    await this.#bindExtraPorts();
    reportExposure(this.#context, this.#port.hosts, [this.#port.port, ...this.#port.otherPorts]);
    const { companion } = role();
    const { world } = this.#editionOf(role());
    if (companion) this.#companion = new Companion(companion, world, this.#context);
    // A companion that crashes as it starts has closed everything by now, save itself.
    if (isWanted()) this.#scheduleSweep();
    else this.#stopAccepting();
  }

  /** [FILE-6] A role may be reached on further ports; that one of them is taken is no reason not to serve. */
  async #bindExtraPorts(): Promise<void> {
    const { role, options, environment, id } = this.#context;
    for (const port of role().extraPorts?.(this.#port.port, options as never) ?? [])
      await this.#port.bindToo(port, (host, error) => {
        const text = `cannot listen on ${host}:${port} too: ${messageOf(error)}`;
        environment.telemetry({ type: "instance.remark", id, text });
      });
  }

  async #bind(host: string, port: number, ipv6Only: boolean): Promise<Bound> {
    const { descriptors, numbered } = this.#context.environment;
    const server = await listenTcp({
      host,
      port,
      ipv6Only,
      onLink: (link) => (numbered ? numbered("connection", () => this.#accept(link)) : this.#accept(link)),
      onError: this.#context.onCrash,
      onClosed: () => descriptors.give(1),
    });
    descriptors.take(1);
    return server;
  }

  /** A role that was loaded again gets another one. */
  #editionOf(role: Role): Edition {
    if (this.#edition?.role === role) return this.#edition;
    const { environment } = this.#context;
    const listening = { hosts: this.#port.hosts, port: this.#port.port };
    const crowds = new Crowds(this.#connections);
    const hub = openHub(this.#context, this.#connections, crowds);
    this.#secrets = secretsOf(role, this.#context.options);
    this.#edition = new Edition(role, {
      world: worldOf(this.#context, listening, serverNetwork(this.#context), hub?.proxy),
      hub,
      crowds,
      limits: limitsOf(this.#context.common),
      environment,
      onOver: (connection) => this.#over(connection),
      isSleepWanted: () => this.#connections.size >= (environment.sleepFrom ?? SLEEP_FROM),
    });
    return this.#edition;
  }

  // -- one connection ----------------------------------------------------------------------------------------------

  #accept(link: Link): void {
    const { environment, common, role } = this.#context;
    const { remote } = link;
    const id = environment.ids.connection(this.#context.id);
    const definition = role();
    const permit = environment.descriptors.admit(definition.descriptors ?? 1);
    if (!permit) return this.#refusals.rejectAbruptly(link, id);
    const edition = this.#editionOf(definition);
    const story = this.#storyOf(id, link, definition, edition);
    const connection = new Connection(environment.onLink?.(link, id) ?? link, story, edition);
    connection.permit = permit;
    connection.files = new ConnectionFiles(environment.files);
    this.#connections.set(id, connection);
    try {
      if (permit.isOverBudget) return this.#refusals.refuse(connection, this.#refusals.noDescriptors);
      // A connection on its way out holds no place [REV-5]; counting them costs something, so only where it may matter.
      if (this.#connections.size > common.maxConnections && this.peers > common.maxConnections)
        return this.#refusals.refuse(
          connection,
          cause("too-many-connections", { limit: common.maxConnections }),
        );
      const rejection = environment.admission?.gate?.rejects(story);
      if (rejection) return this.#refusals.refuse(connection, rejection.cause, rejection.words);
      environment.telemetry({ type: "connection.opened", id, remote: `${remote.address}:${remote.port}` });
      this.#startMachine(connection, connection.files, edition);
    } catch (error) {
      connection.crash(error);
    }
  }

  #storyOf(id: string, { local, remote }: Link, role: Role, edition: Edition): Story {
    const { id: instance, label, environment } = this.#context;
    const subject: StorySubject = {
      id,
      instance,
      role: role.name,
      edition: editionOf(role),
      label,
      transport: "tcp",
      local,
      remote,
    };
    return environment.recorder.open(subject, edition.initialState, this.#secrets);
  }

  #startMachine(connection: Connection, files: ConnectionFiles, { role, world }: Edition): void {
    const inputs = recordedInputs(world, connection);
    const actor = runMachine(role.machine, {
      input: { ...world, peer: connection, files, ...inputs },
      id: connection.id,
      clock: this.#context.environment.clock,
      watcher: connection,
    });
    const since = connection.story.now();
    actor.start();
    tellHeld(this.#context.environment.telemetry, connection.story, connection.story.state, since);
    connection.attachMachine(actor);
  }

  #closeFiles(files: ConnectionFiles): void {
    const { environment, id } = this.#context;
    files.closeAll().catch((error: unknown) => {
      environment.telemetry({
        type: "instance.remark",
        id,
        text: `a file was not closed: ${messageOf(error)}`,
      });
    });
  }

  #releaseResources({ permit, files, story }: Connection): void {
    permit?.release();
    // A machine that threw closes nothing any more.
    if (files && (files.isHolding || story.fault === "crashed")) this.#closeFiles(files);
  }

  /** A role's own function may throw: then its peer has no name, and is over all the same. */
  #peerNameOf({ snapshot }: Connection): string | undefined {
    try {
      return (snapshot && this.#context.role().peerName?.(snapshot.context)) || undefined;
    } catch {
      return undefined;
    }
  }

  #over(connection: Connection): void {
    const { environment } = this.#context;
    const { story } = connection;
    this.#releaseResources(connection);
    this.#connections.delete(connection.id);
    story.peerName = this.#peerNameOf(connection);
    environment.recorder.end(story);
    const { life } = connection;
    environment.telemetry({
      type: "connection.closed",
      id: connection.id,
      ...(life.is === "over" ? { by: life.closedBy, cause: life.cause } : {}),
      bytesIn: story.bytesIn,
      bytesOut: story.bytesOut,
    });
    if (this.#connections.size > 0) return;
    for (const resolve of this.#whenEmpty.splice(0)) resolve();
  }

  #scheduleSweep(): void {
    const { clock } = this.#context.environment;
    const every = Math.min(10_000, Math.max(50, this.#limits.idleMs / 4));
    this.#sweepTimer = clock.setTimeout(() => {
      const now = clock.now();
      for (const connection of this.#connections.values()) connection.sweep(now);
      this.#scheduleSweep();
    }, every);
  }

  // -- the end ---------------------------------------------------------------------------------------------------------

  async drain(limitMs: number): Promise<void> {
    this.#stopAccepting();
    const { role, options } = this.#context;
    const farewell = role().farewell?.(options as never) ?? "";
    for (const connection of this.#connections.values()) connection.closeGracefully(farewell);
    const { clock } = this.#context.environment;
    let timer: unknown;
    const limit = new Promise<void>((resolve) => {
      timer = clock.setTimeout(resolve, limitMs);
    });
    await Promise.race([this.#empty(), limit]);
    clock.clearTimeout(timer);
  }

  async #empty(): Promise<void> {
    if (this.#connections.size > 0) await new Promise<void>((resolve) => this.#whenEmpty.push(resolve));
  }

  async close(): Promise<void> {
    this.#stopAccepting();
    this.#port.close();
    this.#context.environment.clock.clearTimeout(this.#sweepTimer);
    for (const connection of this.#connections.values()) connection.control.kill({ action: "end" });
    // Their sockets close in a later turn; only then have their stories ended.
    await this.#empty();
    this.#edition?.hub?.close?.();
  }

  #stopAccepting(): void {
    this.#port.stop();
    this.#companion?.stop();
    this.#companion = undefined;
  }
}
