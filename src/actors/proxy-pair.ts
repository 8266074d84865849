/**
 * A pair: a client's connection with the proxy, and the proxy's own with the server.
 *
 * 1. The client is accepted and not read yet; the server is connected to.
 * 2. What each side says goes on to the other. A FIN goes on as a FIN, and the other direction lives on.
 * 3. A reset of one side resets the other. A server that is not there resets the client.
 * 4. It is over when both connections are.
 */
import { messageOf } from "../errors.ts";
import type { Link } from "../link/link.ts";
import type { Clock, HostPort } from "../machines/_world.ts";
import { causeOfError } from "../os/error-causes.ts";
import { argsOf, type Cause, cause } from "../stories/causes.ts";
import type { Leg, Story } from "../stories/story.ts";
import { type LegHost, ProxyLeg } from "./proxy-leg.ts";
import { isActive, type RoleActor, runMachine } from "./run-machine.ts";
import type { ServiceContext } from "./service.ts";
import type { Telemetry } from "./telemetry.ts";

/** How long an operator's FINs are waited behind. */
const LINGER_MS = 1_000;

export interface PairParts {
  readonly context: ServiceContext;
  readonly to: HostPort;
  readonly stories: Readonly<Record<Leg, Story>>;
  readonly connect: () => Promise<Link>;
  /** The connection to the server stands: a cause, where it must not be used. */
  readonly checkServer: (pair: ProxyPair, server: Link) => Cause | undefined;
  readonly onOver: (pair: ProxyPair) => void;
}

export class ProxyPair implements LegHost {
  readonly client: ProxyLeg;
  readonly server: ProxyLeg;
  readonly #parts: PairParts;
  readonly #machine: RoleActor;
  #timer: unknown;
  /** Both sides are on their way out by one word of ours: neither tells it of the other. */
  #isTorn = false;

  constructor(parts: PairParts) {
    this.#parts = parts;
    const { stories, context } = parts;
    this.client = new ProxyLeg("client", stories.client, this, () => this.server);
    this.server = new ProxyLeg("server", stories.server, this, () => this.client);
    this.#machine = runMachine(context.role().machine, {
      input: undefined,
      id: stories.client.subject.id,
      clock: this.clock,
      watcher: {
        after: (from, to, event) => this.#moved(from, to, event),
        failed: context.onCrash,
        done: () => undefined,
      },
    }).start();
  }

  get clock(): Clock {
    return this.#parts.context.environment.clock;
  }

  get telemetry(): Telemetry {
    return this.#parts.context.environment.telemetry;
  }

  /** By the wall's clock: when bytes last moved on either side. */
  get lastMovedAt(): number {
    return Math.max(this.client.lastMovedAt, this.server.lastMovedAt);
  }

  /** `wrong`: why the client is refused. */
  async open(client: Link, wrong?: Cause): Promise<void> {
    this.client.open(this.#seen(client, this.client), true);
    if (wrong) return this.refuse(wrong);
    let link: Link;
    try {
      link = await this.#parts.connect();
    } catch (error) {
      return this.#unreachable(error);
    }
    // The client may have gone meanwhile.
    if (this.server.isOver) return link.destroy();
    const looping = this.#parts.checkServer(this, link);
    if (looping) {
      link.destroy();
      return this.refuse(looping);
    }
    this.server.open(this.#seen(link, this.server), false);
    this.#send("server.connected");
    this.client.goOn();
  }

  /** Lets faults and captures take their places before the first byte. */
  #seen(link: Link, { story, id }: ProxyLeg): Link {
    const { subject } = story;
    if (subject.leg === "server" && subject.transport === "tcp") story.recordConnection(link);
    subject.local = link.local;
    subject.remote = link.remote;
    return this.#parts.context.environment.onLink?.(link, id) ?? link;
  }

  #unreachable(error: unknown): void {
    if (this.server.isOver) return;
    const why = causeOfError(error);
    const { host, port } = this.#parts.to;
    const reason = argsOf(why, "unreachable")?.why ?? messageOf(error);
    this.#send("server.unreachable");
    this.#isTorn = true;
    this.server.fail(why);
    const unreachable = cause("server-unreachable", { host, port, why: reason });
    this.telemetry({ type: "connection.remark", id: this.client.id, cause: unreachable });
    this.client.abort(unreachable);
  }

  /** Neither side is to hear more. */
  refuse(why: Cause): void {
    const { story, id } = this.client;
    const { address, port } = story.subject.remote;
    story.refuse(why, "");
    this.telemetry({ type: "connection.refused", id, remote: `${address}:${port}`, cause: why });
    this.tear(why);
  }

  #send(type: string): void {
    if (isActive(this.#machine)) this.#machine.send({ type });
  }

  #moved(from: string, to: string | undefined, event: string): void {
    if (to === undefined || to === from) return;
    for (const { story, isOver } of [this.client, this.server])
      if (!isOver) story.endStep({ from, to, event });
  }

  // -- of its two sides --------------------------------------------------------------------------------------------

  #otherOf(leg: ProxyLeg): ProxyLeg {
    return leg === this.client ? this.server : this.client;
  }

  ended(leg: ProxyLeg): void {
    this.#send(`${leg.side}.ended`);
    this.#otherOf(leg).finish();
  }

  broke(leg: ProxyLeg): void {
    this.#otherOf(leg).abort(cause("other-side-reset", { side: leg.side }));
  }

  over(leg: ProxyLeg): void {
    const { recorder } = this.#parts.context.environment;
    const { story } = leg;
    if (!leg.isComplete && !this.#isTorn) this.broke(leg);
    if (this.client.isOver && this.server.isOver) this.#send("peer.closed");
    recorder.end(story);
    this.telemetry({
      type: "connection.closed",
      id: leg.id,
      bytesIn: story.bytesIn,
      bytesOut: story.bytesOut,
    });
    if (!this.client.isOver || !this.server.isOver) return;
    this.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#parts.onOver(this);
  }

  finish(): void {
    this.client.finish();
    this.server.finish();
    this.#timer ??= this.clock.setTimeout(() => this.tear(), LINGER_MS);
  }

  tear(why?: Cause): void {
    this.#isTorn = true;
    this.client.abort(why);
    this.server.abort(why);
  }
}
