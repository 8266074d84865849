/** Lines to an audience arrive as if each had gone to each member by itself, whatever else is said to whom, and when. */
import { describe, expect, it } from "vitest";
import { Connection } from "../../src/actors/connection.ts";
import { limitsOf } from "../../src/actors/connection-host.ts";
import { Crowds } from "../../src/actors/crowd.ts";
import { turns as threadTurns } from "../../src/actors/turns.ts";
import type { Link, LinkHandlers } from "../../src/link/link.ts";
import { Audience } from "../../src/machines/_audience.ts";
import { Recorder } from "../../src/stories/recorder.ts";
import type { FramingOption } from "../../src/wire/framer.ts";
import { Random } from "../torture/_random.ts";
import { turns } from "./harness.ts";
import { SimulatedClock } from "./simulated-clock.ts";

const MEMBERS = 6;
const HABITS: readonly FramingOption[] = ["line", "line", "line", "line", "bare", "nul"];

/** A link that remembers what is written. */
class RememberingLink implements Link {
  readonly local = { address: "127.0.0.1", port: 1 };
  readonly remote: { address: string; port: number };
  readonly queuedBytes = 0;
  readonly written: string[] = [];
  #handlers: LinkHandlers | undefined;

  constructor(port: number) {
    this.remote = { address: "127.0.0.1", port };
  }

  attach(handlers: LinkHandlers): void {
    this.#handlers = handlers;
  }

  write(bytes: Buffer): void {
    this.written.push(bytes.toString());
  }

  writeText(text: string): void {
    this.written.push(text);
  }

  end(): void {
    this.written.push("FIN");
  }

  reset(): void {}

  destroy(): void {
    this.#handlers?.onClose();
  }

  pause(): void {}
  resume(): void {}
  tap = () => () => undefined;
}

/** A hub's connections and two audiences; `asCrowds`: lines go to the audience itself, not to each of its members. */
class House {
  readonly clock = new SimulatedClock();
  readonly links: RememberingLink[] = [];
  readonly #connections = new Map<string, Connection>();
  readonly #audiences = [new Audience(), new Audience()];
  readonly #crowds = new Crowds(this.#connections);
  readonly #asCrowds: boolean;

  constructor(asCrowds: boolean) {
    this.#asCrowds = asCrowds;
    const recorder = new Recorder(this.clock);
    for (let one = 0; one < MEMBERS; one += 1) {
      const link = new RememberingLink(one);
      const { local, remote } = link;
      const subject = {
        id: `c${one}`,
        instance: "room",
        role: "room",
        edition: 1,
        transport: "tcp",
        local,
        remote,
      } as const;
      const common = { maxMessage: 65_536, maxQueue: 1_048_576, idle: 1e6, framing: HABITS[one] ?? "line" };
      const connection = new Connection(link, recorder.open(subject, "in"), {
        phases: {},
        clock: this.clock,
        turns: threadTurns,
        limits: limitsOf({ host: "", port: 0, maxConnections: 10, ...common }),
        telemetry: () => undefined,
        crowds: this.#crowds,
        over: ({ id }) => void this.#connections.delete(id),
      });
      this.links.push(link);
      this.audience(one % 2).add(`c${one}`);
      this.#connections.set(`c${one}`, connection);
    }
  }

  audience(one: number): Audience {
    const audience = this.#audiences[one];
    if (!audience) throw new RangeError(`no audience ${one}`);
    return audience;
  }

  act(random: Random, text: string): void {
    const member = random.int(0, MEMBERS - 1);
    const connection = this.#connections.get(`c${member}`);
    const audience = this.audience(random.int(0, 1));
    const acts: readonly (() => void)[] = [
      () => this.deliver(audience, text),
      () => this.deliver(audience, `${text}\n`),
      () => audience.add(`c${member}`),
      () => audience.delete(`c${member}`),
      () => this.#crowds.deliver([`c${member}`, "gone"], text),
      () => connection?.send(text),
      () => connection?.send(text, { apart: true }),
      () => connection?.sendBytes(Buffer.from(text)),
      () => void (random.chance(0.05) && connection?.close()),
      () => void (random.chance(0.05) && connection?.control.kill()),
    ];
    // Lines to all are what a room does most.
    acts[random.chance(0.5) ? 0 : random.int(0, acts.length - 1)]?.();
  }

  deliver(audience: Audience, text: string): void {
    this.#crowds.deliver(this.#asCrowds ? audience : [...audience], text);
  }
}

async function heardIn(seed: number, asCrowds: boolean): Promise<string[][]> {
  const house = new House(asCrowds);
  const random = new Random(seed);
  for (let step = 0; step < 120; step += 1) {
    house.act(random, `said ${step} ${"é".repeat(random.int(0, 2))}`);
    if (random.chance(0.1)) await turns(1);
    if (random.chance(0.05)) house.clock.advance(60);
  }
  await turns(2);
  // Each that is to be a read of its own has a gap of its own.
  for (let gap = 0; gap < 120; gap += 1) house.clock.advance(60);
  await turns(2);
  return house.links.map(({ written }, one) => (HABITS[one] === "line" ? [written.join("")] : written));
}

describe("a crowd", () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    "hears the same as if each were spoken to by itself, seed %i",
    async (seed) => {
      const expected = await heardIn(seed, false);
      expect(expected.flat().join("").length).toBeGreaterThan(500);
      expect(await heardIn(seed, true)).toEqual(expected);
    },
  );

  it("is written to once a turn, with everything that was said in it", async () => {
    const house = new House(true);
    const audience = house.audience(0);
    audience.add("c0");
    for (let line = 0; line < 100; line += 1) house.deliver(audience, `line ${line}`);
    expect(house.links[0]?.written).toEqual([]);
    await turns(2);
    expect(house.links[0]?.written).toEqual([
      Array.from({ length: 100 }, (_, line) => `line ${line}\n`).join(""),
    ]);
  });
});
