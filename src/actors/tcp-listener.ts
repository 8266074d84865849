/**
 * A TCP server's listener: accepts, gives each connection a machine of its own, sweeps the idle, and lets no
 * connection's fault reach a neighbour. Connections are root actors in this map, not children of one machine.
 */

import { errorTable, messageOf } from "../errors.ts";
import type { Link } from "../link/link.ts";
import { listenTcp } from "../link/tcp-server.ts";
import type { HubMember, Role } from "../machines/_role.ts";
import type { HubWorld } from "../machines/_world.ts";
import { type Cause, cause } from "../stories/causes.ts";
import { editionOf, secretsOf } from "../stories/editions.ts";
import type { Bound } from "./binding.ts";
import { Companion, serverNetwork, worldOf } from "./companion.ts";
import { Connection } from "./connection.ts";
import type { ConnectionControl } from "./connection-control.ts";
import { ConnectionFiles } from "./connection-files.ts";
import { type ConnectionLimits, limitsOf } from "./connection-host.ts";
import { asBuffer, Delivery } from "./delivery.ts";
import { Edition } from "./edition.ts";
import { tellExposure } from "./exposure.ts";
import type { HubFace } from "./hubs.ts";
import { ListeningPort } from "./listening-port.ts";
import { recordedInputs } from "./recorded-inputs.ts";
import { runMachine } from "./run-machine.ts";
import type { InstanceService, ServiceContext } from "./service.ts";

export class TcpListener implements InstanceService {
  readonly #context: ServiceContext;
  #secrets: readonly string[];
  readonly #limits: ConnectionLimits;
  readonly #connections = new Map<string, Connection>();
  readonly #port: ListeningPort;
  #edition: Edition | undefined;
  #companion: Companion | undefined;
  #sweepTimer: unknown;
  /** Waiters for the end of the last connection. */
  #whenEmpty: (() => void)[] = [];

  constructor(context: ServiceContext) {
    this.#context = context;
    this.#secrets = secretsOf(context.role(), context.options);
    this.#limits = limitsOf(context.common);
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
    tellExposure(this.#context, this.#port.hosts, [this.#port.port, ...this.#port.otherPorts]);
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
    const { descriptors } = this.#context.environment;
    const server = await listenTcp({
      host,
      port,
      ipv6Only,
      onLink: (link) => this.#accept(link),
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
    const hub = this.#newHub();
    this.#secrets = secretsOf(role, this.#context.options);
    this.#edition = new Edition(role, {
      world: worldOf(this.#context, listening, serverNetwork(this.#context), hub?.proxy),
      hub,
      limits: limitsOf(this.#context.common),
      environment,
      onOver: (connection) => this.#over(connection),
    });
    return this.#edition;
  }

  /** The hub knows connections by their ids; one that is gone is passed over. */
  #newHub(): HubFace | undefined {
    const { role, options, environment, id } = this.#context;
    const { hub } = role();
    if (!hub) return undefined;
    const world: HubWorld = {
      options,
      clock: environment.clock,
      deliver: (audience, text) => {
        const delivery = new Delivery(text);
        for (const member of audience) this.#connections.get(member)?.deliver(delivery);
      },
      notify: (text) => environment.telemetry({ type: "instance.notice", id, text }),
    };
    return environment.hubs.open(id, hub, world, {
      onCrash: (error, members) => {
        const text = `its hub crashed and was rebuilt: ${messageOf(error)}`;
        environment.telemetry({ type: "instance.remark", id, text });
        // Each member's story says why something that was said may be lost.
        const rebuilt = cause("hub-rebuilt", { error: messageOf(error) });
        for (const member of members) this.#connections.get(member.id)?.story.remark(rebuilt);
      },
      // The hub cannot be kept going: the instance's own supervisor is the next one up.
      onGiveUp: (error) => this.#context.onCrash(error),
    });
  }

  // -- one connection ----------------------------------------------------------------------------------------------

  #accept(link: Link): void {
    const { environment, common, role, id: instance, label } = this.#context;
    const { remote } = link;
    const id = environment.ids.connection(instance);
    const definition = role();
    const { name, machine, descriptors = 1 } = definition;
    const permit = environment.descriptors.admit(descriptors);
    if (!permit) return this.#rejectAbruptly(link, id);
    const edition = this.#editionOf(definition);
    const story = environment.recorder.open(
      {
        id,
        instance,
        role: name,
        edition: editionOf(definition),
        label,
        transport: "tcp",
        local: link.local,
        remote,
      },
      edition.initialState,
      this.#secrets,
    );
    const connection = new Connection(environment.onLink?.(link, id) ?? link, story, edition);
    const files = new ConnectionFiles(environment.files);
    connection.permit = permit;
    connection.files = files;
    this.#connections.set(id, connection);
    try {
      if (permit.isOverBudget) return this.#refuseOne(connection, this.#noDescriptor);
      // A connection on its way out holds no place [REV-5]; counting them costs something, so only where it may matter.
      if (this.#connections.size > common.maxConnections && this.peers > common.maxConnections)
        return this.#refuseOne(connection, cause("too-many-connections", { limit: common.maxConnections }));
      environment.telemetry({ type: "connection.opened", id, remote: `${remote.address}:${remote.port}` });
      const actor = runMachine(machine, {
        input: {
          ...edition.world,
          peer: connection,
          files,
          ...recordedInputs(edition.world, () => story),
        },
        id,
        clock: environment.clock,
        watcher: connection,
      });
      actor.start();
      connection.attachMachine(actor);
    } catch (error) {
      connection.crash(error);
    }
  }

  #refuseOne(connection: Connection, why: Cause): void {
    const refusal = this.#refusal;
    if (typeof refusal === "string") connection.refuse(refusal, why);
    else connection.refuseBytes(refusal, why);
    connection.close();
  }

  get #refusal(): string | Uint8Array {
    const { role, options } = this.#context;
    return role().refusal?.(options as never) ?? errorTable["too-many-clients"].peer;
  }

  get #noDescriptor(): Cause {
    return cause("no-descriptors", { limit: this.#context.environment.descriptors.limit });
  }

  /** A storm, and not even a descriptor to drain it with: the words in one write, and the end of it in this turn. */
  #rejectAbruptly(link: Link, id: string): void {
    const { common, environment } = this.#context;
    environment.telemetry({
      type: "connection.refused",
      id,
      remote: `${link.remote.address}:${link.remote.port}`,
      cause: this.#noDescriptor,
    });
    const refusal = this.#refusal;
    const bytes =
      typeof refusal === "string" ? new Delivery(refusal).bytesFor(common.framing) : asBuffer(refusal);
    if (refusal.length > 0) link.write(bytes);
    link.destroy();
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
    for (const tell of this.#whenEmpty.splice(0)) tell();
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
    if (this.#connections.size > 0) await new Promise<void>((tell) => this.#whenEmpty.push(tell));
  }

  async close(): Promise<void> {
    this.#stopAccepting();
    this.#port.close();
    this.#context.environment.clock.clearTimeout(this.#sweepTimer);
    for (const connection of this.#connections.values()) connection.control.kill({ action: "end" });
    // Their sockets close in a later turn; only then have their stories ended.
    await this.#empty();
  }

  #stopAccepting(): void {
    this.#port.stop();
    this.#companion?.stop();
    this.#companion = undefined;
  }
}
