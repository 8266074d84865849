/** A server of ours for a client that is checked: the real role, on a port of its own, perhaps with a deviation. */
import { once } from "node:events";
import { connect } from "node:net";
import { systemClock } from "../actors/clock.ts";
import { DescriptorBudget } from "../actors/descriptor-budget.ts";
import { localFiles } from "../actors/files.ts";
import type { Instance } from "../actors/instance.ts";
import { LocalHubs } from "../actors/local-hubs.ts";
import type { Environment } from "../actors/service.ts";
import { Supervisor } from "../actors/supervisor.ts";
import { Evidence } from "../diagnoses/_evidence.ts";
import { Ids } from "../ids.ts";
import type { Link } from "../link/link.ts";
import type { Role } from "../machines/_role.ts";
import type { Registration, Registry } from "../machines/_world.ts";
import type { Story } from "../stories/story.ts";
import { DeviatingLink } from "./deviating-link.ts";
import { patience } from "./patience.ts";
import type { Scene } from "./scene.ts";
import { ANSWER_MS, type ServeOptions, type TestServer, type Waiting } from "./tester.ts";
import { CheckFailure } from "./verdict.ts";

const LOOK_MS = 10;
/** Delay with which last words of a client, lines and files may be noticed after its end. */
export const AFTERMATH_MS = 300;

/** Of a scene, what a server of ours needs. */
export type ServerScene = Pick<Scene, "chance" | "transcript" | "recorder" | "program" | "signal">;

export class OwnServer implements TestServer {
  readonly instance: Instance;
  /** When anything last went over a link, either way. */
  movedAt = performance.now();
  readonly #scene: ServerScene;
  readonly #links: DeviatingLink[] = [];
  /** Ports of our own guests, whose words are none of the client's. */
  readonly #guestPorts = new Set<number>();
  readonly #guests: Guest[] = [];
  /** Connections of guests that have not come yet. */
  #guestsDue = 0;

  static async open(role: Role, options: ServeOptions, scene: ServerScene): Promise<OwnServer> {
    const server = new OwnServer(role, options, scene);
    server.instance.start();
    const state = await server.instance.settled();
    if (state !== "running")
      throw new Error(`our own ${role.name} does not run: ${server.instance.lastError}`);
    return server;
  }

  private constructor(
    role: Role,
    { given = {}, deviation = {}, book = {}, root }: ServeOptions,
    scene: ServerScene,
  ) {
    this.#scene = scene;
    const environment: Environment = {
      clock: systemClock,
      random: () => scene.chance.int(0, 999_999) / 1_000_000,
      files: localFiles((folder) => root ?? folder, root ?? process.cwd()),
      registry: emptyRegistry(),
      addressBook: { find: (email) => book[email] },
      programs: { run: async () => ({ output: Buffer.alloc(0) }) },
      recorder: scene.recorder,
      telemetry: () => undefined,
      descriptors: new DescriptorBudget({ limit: Number.POSITIVE_INFINITY, inUse: 0 }),
      hubs: new LocalHubs(),
      ids: new Ids(),
      onLink: (link) => this.#tell(link, deviation),
    };
    const hooks = { onState: () => undefined, onRemoved: () => undefined };
    const supervisor = new Supervisor(new Map([[role.name, role]]), environment, hooks);
    this.instance = supervisor.add({
      role: role.name,
      given: { host: "127.0.0.1", port: 0, ...given },
      id: "check-1",
    });
  }

  #tell(link: Link, deviation: ServeOptions["deviation"] & object): Link {
    const number = this.#links.length + this.#guests.length + 1;
    link.tap((event) => {
      this.movedAt = performance.now();
      const { transcript } = this.#scene;
      if (event.kind === "in" || event.kind === "out") transcript.bytes(number, event.kind, event.bytes);
      else transcript.note(number, NOTES[event.kind]);
    });
    if (this.#guestsDue > 0) {
      this.#guestsDue -= 1;
      this.#guestPorts.add(link.remote.port);
      return link;
    }
    const deviating = new DeviatingLink(link, deviation);
    this.#links.push(deviating);
    return deviating;
  }

  get port(): number {
    return this.instance.service.port;
  }

  get isBusy(): boolean {
    return this.#links.some((link) => link.isBusy);
  }

  get pauseMs(): number {
    return Math.max(0, ...this.#links.map((link) => link.pauseMs));
  }

  get stories(): readonly Story[] {
    const { recorder } = this.#scene;
    return recorder.all().filter(({ subject }) => !this.#guestPorts.has(subject.remote.port));
  }

  get connections(): number {
    return this.stories.length;
  }

  get heard(): readonly string[] {
    return this.stories.flatMap((story) =>
      new Evidence(incidentOf(story, this.instance)).messages.map(({ text }) => text),
    );
  }

  get said(): readonly string[] {
    return this.stories.flatMap((story) =>
      story.entries.flatMap((entry) => (entry.kind === "out" ? [entry.bytes.toString("utf8")] : [])),
    );
  }

  get closing(): "clean" | "reset" | undefined {
    const entries = this.stories.at(-1)?.entries ?? [];
    if (entries.some(({ kind }) => kind === "ended")) return "clean";
    return entries.some((entry) => entry.kind === "closed" && entry.by === "peer") ? "reset" : undefined;
  }

  async hears(what: string, is: (message: string) => boolean, { withinMs = ANSWER_MS }: Waiting = {}) {
    const deadline = performance.now() + withinMs * patience();
    let overAt: number | undefined;
    for (;;) {
      const { heard } = this;
      const found = heard.find(is);
      if (found !== undefined) return found;
      const exit = this.#scene.program()?.exit;
      // Last words may lie in our own socket yet, or wait for more of a message.
      if (exit) overAt ??= performance.now() + AFTERMATH_MS * patience();
      if (performance.now() > Math.min(deadline, overAt ?? deadline)) {
        const came = heard.length === 0 ? "nothing came" : `${JSON.stringify(heard.at(-1))} came`;
        throw new CheckFailure(
          `the client should send ${what}, and ${came}${exit ? " before it ended" : ""}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      this.#scene.signal.throwIfAborted();
    }
  }

  async guest(): Promise<Guest> {
    this.#guestsDue += 1;
    const socket = connect({ port: this.port, host: "127.0.0.1" });
    await once(socket, "connect");
    const guest: Guest = { send: (text) => void socket.write(text), leave: () => socket.destroy() };
    socket.on("error", () => undefined).resume();
    this.#guests.push(guest);
    return guest;
  }

  async close(): Promise<void> {
    for (const guest of this.#guests) guest.leave();
    for (const link of this.#links) link.reset();
    this.instance.stop(0);
    this.instance.stop(0);
    await this.instance.reaches((state) => state === "stopped" || state === "failed");
    this.instance.dispose();
  }
}

interface Guest {
  send(text: string): void;
  leave(): void;
}

const NOTES = { ended: "FIN", fin: "our FIN", reset: "our reset", closed: "closed" } as const;

export function incidentOf(story: Story, { role, spec, service }: Instance) {
  return {
    story,
    role,
    options: spec.options as unknown as Record<string, unknown>,
    given: spec.given,
    host: "127.0.0.1",
    port: service.port,
    again: "",
    live: undefined,
    redact: (bytes: Buffer) => ({ bytes, hidden: [] }),
  };
}

/** Registry of one try. */
function emptyRegistry(): Registry {
  const entries: Registration[] = [];
  const isSame = (a: { ip: string; port: number }, b: Registration) => a.ip === b.ip && a.port === b.port;
  const without = (entry: { ip: string; port: number }) => {
    const at = entries.findIndex((other) => isSame(entry, other));
    if (at >= 0) entries.splice(at, 1);
    return at >= 0;
  };
  const store = (entry: { ip: string; port: number; service: string; token: string }) => {
    without(entry);
    const now = Date.now();
    entries.push({ ...entry, registeredAt: now, lastSeenAt: now, expiresAt: undefined });
  };
  return {
    version: 0,
    list: (service) => entries.filter((entry) => service === undefined || entry.service === service),
    register: async (entry) => store(entry),
    store,
    deregister: async (entry) => without(entry),
    settled: (then) => then(),
    watch: () => () => undefined,
  };
}
