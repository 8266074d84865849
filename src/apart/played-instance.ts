/** An instance in a process of its own: the role, its options, and the very service that would play it in the daemon. */
import { pathToFileURL } from "node:url";
import { serialize } from "node:v8";
import { type ConnectionControl, viewOf } from "../actors/connection-control.ts";
import type { InstanceService, ServiceContext } from "../actors/service.ts";
import { serviceOf } from "../actors/service-of.ts";
import { type InstanceOptions, parseOptions, roleOptions } from "../catalogue/instance-options.ts";
import { markLoaded } from "../catalogue/loaded-roles.ts";
import type { PlainFault } from "../link/line.ts";
import { dataCopy } from "../machines/_data-copy.ts";
import type { Role } from "../machines/_role.ts";
import { eventsOf } from "../machines/_state-names.ts";
import { editionOf } from "../stories/editions.ts";
import { LoopWatch } from "./loop-watch.ts";
import { PlayedFaults } from "./played-faults.ts";
import { type RoleWorld, roleWorld } from "./role-world.ts";
import { plainError, type Rpc } from "./rpc.ts";
import type {
  Act,
  ActOutcome,
  Beginning,
  DaemonSide,
  Freshness,
  PlayedEdition,
  SnapshotCopy,
  Standing,
} from "./sides.ts";
import type { BatchTarget } from "./story-batch.ts";
import { StorySender } from "./story-sender.ts";
import { WatchedTimers } from "./watched-timers.ts";

/** Reads the module of a role; from then on its stacks tell the user's own files. */
export async function importRole(file: string): Promise<Role> {
  process.setSourceMapsEnabled(true);
  const { default: role } = (await import(pathToFileURL(file).href)) as { default: Role };
  if (role !== null && typeof role === "object") markLoaded(role);
  return role;
}

export class PlayedInstance {
  readonly #daemon: Rpc<DaemonSide>;
  readonly #world: RoleWorld;
  readonly #service: InstanceService;
  readonly #sender: StorySender;
  readonly #faults: PlayedFaults;
  /** Numbers of editions among the daemon's, by ours. */
  readonly #editions = new Map<number, number>();
  readonly #silenced = new Map<number, AbortController>();
  #role: Role;
  #options: InstanceOptions;

  static async begin(
    beginning: Beginning,
    daemon: Rpc<DaemonSide>,
    keepSafe: BatchTarget["keepSafe"],
  ): Promise<PlayedInstance> {
    const timers = new WatchedTimers();
    // Before the role's module is read, which may begin some.
    timers.watch();
    return new PlayedInstance(beginning, await importRole(beginning.file), daemon, keepSafe, timers);
  }

  private constructor(
    beginning: Beginning,
    role: Role,
    daemon: Rpc<DaemonSide>,
    keepSafe: BatchTarget["keepSafe"],
    timers: WatchedTimers,
  ) {
    this.#daemon = daemon;
    this.#role = role;
    this.#options = parseOptions(role, beginning.given);
    this.#editions.set(editionOf(role), beginning.number);
    const tell = (state: string) => (ms: number) => {
      const { name } = this.#role;
      telemetry({ type: "role.held", id: beginning.instance, role: name, state, ms });
    };
    const loop = new LoopWatch({ onHeld: tell("code after an await, or a callback of its own") });
    timers.onHeld = tell("a timer of its own");
    this.#world = roleWorld(
      beginning,
      daemon,
      (link, id) => this.#faults.onLink(link, id),
      (ms) => {
        timers.told();
        loop.told(ms);
      },
    );
    const { recorder, clock, telemetry } = this.#world.environment;
    loop.begin();
    this.#faults = new PlayedFaults({
      clock,
      recorder,
      linkOf: (connection) => this.#service.control(connection)?.link,
    });
    this.#sender = new StorySender(
      recorder,
      { send: (batch) => daemon.tellBytes(batch), keepSafe },
      (ours) => this.#editions.get(ours) ?? beginning.number,
    );
    this.#service = serviceOf(this.#context(beginning));
  }

  #context({ instance: id, label, preferredPort }: Beginning): ServiceContext {
    const played = this;
    return {
      id,
      label,
      role: () => this.#role,
      get options() {
        return roleOptions(played.#role, played.#options);
      },
      get common() {
        return played.#options;
      },
      preferredPort,
      environment: this.#world.environment,
      onCrash: (error) => this.crash(error),
      onFinished: (output) => {
        this.#sender.flush();
        this.#daemon.tell("finished", output);
      },
    };
  }

  /** The whole instance's: its supervisor decides what becomes of it. */
  crash(error: unknown): void {
    this.#sender.flush();
    this.#daemon.tell("crashed", plainError(error));
  }

  flush(): void {
    this.#sender.flush();
  }

  async adopt({ file, given, number }: PlayedEdition): Promise<void> {
    const role = await importRole(file);
    this.#options = parseOptions(role, given);
    this.#role = role;
    this.#editions.set(editionOf(role), number);
    this.#service.adopt?.();
  }

  async open(): Promise<Standing> {
    await this.#service.open();
    return this.#standing;
  }

  async drain(limitMs: number): Promise<void> {
    await this.#service.drain(limitMs);
    this.#sender.flush();
  }

  async close(): Promise<void> {
    await this.#service.close();
    this.#sender.flush();
  }

  get #standing(): Standing {
    const { hosts, port, otherPorts = [], machineState } = this.#service;
    return { hosts, port, otherPorts, machineState };
  }

  fresh(withSnapshots: boolean): Freshness {
    this.#sender.flush();
    const { environment } = this.#world;
    const controls = environment.recorder.live().flatMap(({ subject: { id } }) => {
      const control = this.#service.control(id);
      return control ? [{ id, control }] : [];
    });
    const now = environment.clock.now();
    return {
      ...this.#standing,
      members: this.#service.members?.map(({ id, name, details }) => ({ id, name, details })),
      views: controls.map(({ id, control }) => [id, viewOf(control, now)] as const),
      ...(withSnapshots ? { snapshots: serialize(controls.flatMap(snapshotCopy)) } : {}),
    };
  }

  async act(id: string, act: Act): Promise<ActOutcome | undefined> {
    const control = this.#service.control(id);
    if (!control) return undefined;
    const is = await actOn(control, act);
    this.#sender.flush();
    return { is, acceptedEvents: control.acceptedEvents ?? [] };
  }

  say(text: string): void {
    this.#service.say?.(text);
    this.#sender.flush();
  }

  async speak(key: number, text: string, isNow: boolean): Promise<string> {
    const speak = this.#service.hub?.say;
    if (!speak) return "";
    const silenced = new AbortController();
    this.#silenced.set(key, silenced);
    const progress = (word: string) => this.#daemon.tell("progress", key, word);
    try {
      return await speak(text, { now: isNow, signal: silenced.signal, progress });
    } finally {
      this.#silenced.delete(key);
      this.#sender.flush();
    }
  }

  hush(key: number): void {
    this.#silenced.get(key)?.abort();
  }

  async putFault(fault: PlainFault): Promise<void> {
    await this.#faults.put(fault);
    this.#sender.flush();
  }

  async takeFault(id: string): Promise<void> {
    await this.#faults.take(id);
    this.#sender.flush();
  }

  get registry(): RoleWorld["registry"] {
    return this.#world.registry;
  }
}

function actOn(control: ConnectionControl, act: Act): boolean | undefined | Promise<boolean> {
  switch (act.act) {
    case "inject":
      return void control.inject?.(act.bytes);
    case "sendEvent":
      return control.sendEvent?.(act.event);
    case "kick":
      return void control.kick?.();
    case "fin":
      return control.fin?.();
    case "reset":
      return void control.reset?.();
    case "kill":
      return void control.kill(act.action);
  }
}

function snapshotCopy({ id, control }: { id: string; control: ConnectionControl }): SnapshotCopy[] {
  const { snapshot } = control;
  if (!snapshot) return [];
  const { value, status, context } = snapshot;
  return [{ id, value, status, events: eventsOf(snapshot), context: dataCopy(context) }];
}
