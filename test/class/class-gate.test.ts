/** Who may come into a class, and when: rates that hold for any span of time, and hours over midnight and through a change of the clock. */
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { ClassGate } from "../../src/class/class-gate.ts";
import { type ClassSettings, classSettings } from "../../src/class/class-settings.ts";
import { endOfOpening, gateText } from "../../src/repl/student-table.ts";
import { causeText } from "../../src/stories/cause-text.ts";
import type { Story } from "../../src/stories/story.ts";

const SECOND = 1_000;
const MINUTE = 60_000;

/** A gate at a clock that stands where it is put. */
function gateOf(written: Record<string, unknown>) {
  const settings = classSettings.parse(written);
  const time = { now: Date.parse("2026-12-01T09:00Z") };
  const gate = new ClassGate({
    now: () => time.now,
    isOfClass: () => true,
    openOf: () => ({ ofStudent: 0, ofAddress: 0 }),
  });
  gate.adopt(settings);
  const comes = (label = "s001", address = "10.0.0.1") =>
    gate.rejects({ subject: { label, instance: "chat-1", remote: { address, port: 9 } } } as Story);
  return { settings, gate, time, comes };
}

const why = (rejection: ReturnType<ClassGate["rejects"]>) => rejection && causeText(rejection.cause);

describe("the rate of a student", () => {
  const limits = (text: string, ban: string) => ({ limits: { rate: text, ban } });

  it("holds for a minute that begins anywhere: two bursts around the turn of a minute are no double one", () => {
    const { time, comes } = gateOf(limits("3/min", "1s"));
    expect(comes()).toBeUndefined();
    time.now += 59 * SECOND;
    expect([comes(), comes()]).toEqual([undefined, undefined]);
    time.now += 1 * SECOND;
    expect(comes()).toBeUndefined();
    expect(why(comes())).toBe("s001 connected more than 3 times in 60 s, and is refused for 59 s");
    expect(comes("s002")).toBeUndefined();
  });

  it("lets in who has waited as long as was told, and no sooner", () => {
    const { time, comes } = gateOf(limits("2/min", "10s"));
    expect([comes(), comes()]).toEqual([undefined, undefined]);
    time.now += 20 * SECOND;
    expect(why(comes())).toMatch(/refused for 40 s$/);
    time.now += 1;
    expect(why(comes())).toMatch(/refused for 40 s more$/);
    time.now -= 1;
    time.now += 40 * SECOND - 1;
    expect(why(comes())).toMatch(/^s001 connected too often/);
    time.now += 1;
    expect([comes(), comes()]).toEqual([undefined, undefined]);
    expect(comes()).toBeDefined();
  });

  it("refuses for as long as the lab file says, where that is longer", () => {
    const { time, comes } = gateOf(limits("1/s", "30s"));
    expect(comes()).toBeUndefined();
    expect(why(comes())).toMatch(/refused for 30 s$/);
    time.now += 30 * SECOND - 1;
    expect(comes()).toBeDefined();
    time.now += 1;
    expect(comes()).toBeUndefined();
  });

  it("begins anew where the machine's clock was set back", () => {
    const { time, comes } = gateOf(limits("1/h", "1h"));
    expect(comes()).toBeUndefined();
    expect(comes()).toBeDefined();
    time.now -= 24 * 60 * MINUTE;
    expect(comes()).toBeUndefined();
    expect(comes()).toBeDefined();
  });

  it("is no address's that is spelt like her id", () => {
    const { comes } = gateOf({ limits: { rate: "1/h" }, addressLimits: { rate: "1/h" } });
    expect(comes("10.0.0.2", "10.0.0.1")).toBeUndefined();
    expect(comes("s001", "10.0.0.2")).toBeUndefined();
  });

  it("is kept in any span of its time, whenever who comes", () => {
    const arrivals = fc.array(fc.integer({ min: 0, max: 20 * SECOND }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 5 }), (gaps, count) => {
        const { time, comes } = gateOf(limits(`${count}/min`, "0s"));
        const letIn: number[] = [];
        for (const gap of gaps) {
          time.now += gap;
          if (comes() === undefined) letIn.push(time.now);
        }
        for (const [index, at] of letIn.entries())
          expect((letIn[index + count] ?? Number.POSITIVE_INFINITY) - at).toBeGreaterThanOrEqual(MINUTE);
      }),
      { seed: Number(process.env.NETLABD_SEED ?? 20_261_130), numRuns: 100 },
    );
  });
});

describe("opening hours", () => {
  const zone = process.env.TZ;
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });
  const at = (text: string) => Date.parse(text);
  const plan = (settings: ClassSettings) => ({ settings }) as Parameters<typeof gateText>[0]["plan"];
  const text = (settings: ClassSettings, gate: ClassGate, now: number) =>
    gateText({ gate: gate.state, plan: plan(settings) }, now);

  it("go on over midnight, and the day is told where it is another", () => {
    const { settings, gate, time, comes } = gateOf({ open: "2026-12-01T22:00/2026-12-02T01:00" });
    for (const [now, isIn, words] of [
      ["2026-12-01T21:59", false, "closed until 22:00 on 2026-12-01"],
      ["2026-12-01T22:00", true, "open until 01:00 on 2026-12-02"],
      ["2026-12-02T00:59", true, "open until 01:00"],
      ["2026-12-02T01:00", false, "closed: its hours are over"],
    ] as const) {
      time.now = at(now);
      expect([comes() === undefined, text(settings, gate, time.now)], now).toEqual([isIn, words]);
    }
  });

  it.each([
    ["spring, when an hour is left out", "2027-03-28T01:00/2027-03-28T04:00", 2],
    ["autumn, when an hour comes twice", "2026-10-25T01:00/2026-10-25T04:00", 4],
  ])("are by the clock on the wall in %s", (_, open, hours) => {
    process.env.TZ = "Europe/Berlin";
    const [{ from, until } = { from: 0, until: 0 }] = classSettings.parse({ open }).open ?? [];
    expect((until - from) / (60 * MINUTE)).toBe(hours);
    expect(new Date(until).getHours()).toBe(4);
  });

  it("that follow one another are one opening, and +10m comes behind it", () => {
    const { settings, gate } = gateOf({
      open: ["2026-12-01T09:00/2026-12-01T10:00", "2026-12-01T10:00/2026-12-01T11:30"],
    });
    const now = at("2026-12-01T09:30");
    expect(text(settings, gate, now)).toBe("open until 11:30");
    expect(endOfOpening({ gate: gate.state, plan: plan(settings) }, now)).toBe(at("2026-12-01T11:30"));
    gate.state = { isFrozen: true, openUntil: 0 };
    expect(text(settings, gate, now)).toBe("frozen: no new connections");
    gate.state = { isFrozen: true, openUntil: now + 10 * MINUTE };
    expect(text(settings, gate, now)).toBe("open until 09:40");
  });

  it.each([
    ["2026-12-01/2026-12-02", /is not a time: write 2026-12-01T09:00/],
    ["2026-02-31T09:00/2026-03-01T10:00", /is not a time/],
    ["2026-12-01T09:00", /is not a time/],
    ["2026-12-01T25:00/2026-12-02T10:00", /is not a time/],
    ["2026-12-01T22:00/2026-12-01T01:00", /ends before it begins: hours over midnight end on the next day/],
  ])("%s are refused with what to write", (open, words) => {
    expect(classSettings.safeParse({ open }).error?.message).toMatch(words);
  });
});
