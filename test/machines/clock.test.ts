import { afterEach, describe, expect, it, vi } from "vitest";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import role from "../../src/machines/clock.ts";
import { dateOf, timeOf } from "../../src/wire/clock.ts";
import { PeerMessage } from "../../src/wire/message.ts";
import { FakePeer, fakeWorld, play } from "../fakes.ts";
import { processorMsOf } from "../processor-time.ts";

/** 21 November 2026, 00:55:17 in Kolkata; the day before in Greenwich. */
const NOW = Date.UTC(2026, 10, 20, 19, 25, 17);

afterEach(() => vi.unstubAllEnvs());

/** A clock in this part of the world, at that moment. */
function clock(zone = "Asia/Kolkata", now = NOW) {
  vi.stubEnv("TZ", zone);
  const world = fakeWorld(role);
  world.clock.increment(now);
  const run = play(role.machine, world);
  const ask = (text: string) => {
    const peer = new FakePeer();
    const session = { context: run.actor.getSnapshot().context, peer };
    const event = role.phases.serving?.handle?.(new PeerMessage(Buffer.from(text)), session);
    if (event) run.actor.send(event);
    return peer;
  };
  return { run, ask };
}

describe("a clock", () => {
  it("is a role that netlabd takes", () => {
    expect(faultsOf(role)).toEqual([]);
  });

  it("[CLOCK-0] answers each datagram with one", () => {
    const { ask, run } = clock();
    for (const text of ["SEND_DATE", "SEND_TIME", "", "hello", "SEND_DATE"])
      expect(ask(text).told).toHaveLength(1);
    expect(run.path).toEqual(["serving"]);
  });

  it.each([
    ["Asia/Kolkata", "11/21/26", "00:55:17"],
    ["UTC", "11/20/26", "19:25:17"],
    ["America/New_York", "11/20/26", "14:25:17"],
  ])("[CLOCK-0] tells the local date and time in %s", (zone, date, time) => {
    const { ask } = clock(zone);
    expect(ask("SEND_DATE").told).toEqual([`send ${date}`]);
    expect(ask("SEND_TIME").told).toEqual([`send ${time}`]);
  });

  it("[CLOCK-0] tells the local month and year where it is another year in Greenwich", () => {
    const { ask } = clock("Asia/Kolkata", Date.UTC(2026, 11, 31, 20));
    expect(ask("SEND_DATE").told).toEqual(["send 01/01/27"]);
  });

  it.each(["SEND_DATE\n", "SEND_DATE\r\n", "SEND_DATE \t ", "SEND_DATE\0", "SEND_DATE\n\0stale words"])(
    "[CLOCK-1] takes %j for SEND_DATE",
    (text) => {
      expect(clock().ask(text).told).toEqual(["send 11/21/26"]);
    },
  );

  it.each(["", "\n", "\0", "send_date", " SEND_DATE", "SEND_DATE SEND_TIME", "SEND_DATEX", "\ufffd"])(
    "[CLOCK-1] answers %j with Invalid request, and says so in the story",
    (text) => {
      const peer = clock().ask(text);
      expect(peer.told).toEqual(["send Invalid request"]);
      expect(peer.remarks).toHaveLength(1);
    },
  );

  it("takes no time over a datagram full of newlines", async () => {
    const usedMs = await processorMsOf(() => {
      expect(clock().ask(`SEND_TIME${"\n".repeat(60_000)}`).told).toEqual(["send 00:55:17"]);
      expect(clock().ask(`${"\n".repeat(60_000)}x`).told).toEqual(["send Invalid request"]);
    });
    expect(usedMs).toBeLessThan(500);
  });

  it("ends when its operator stops it", () => {
    const { run } = clock();
    run.actor.send({ type: "operator.stop" });
    expect(run.state).toBe("closed");
  });
});

describe("date and time", () => {
  it.each([
    [new Date(2026, 0, 2, 3, 4, 5), "01/02/26", "03:04:05"],
    [new Date(2000, 11, 31, 23, 59, 59), "12/31/00", "23:59:59"],
    [new Date(2105, 5, 15, 0, 0, 0), "06/15/05", "00:00:00"],
  ])("of %s have two digits everywhere", (when, date, time) => {
    expect(dateOf(when)).toBe(date);
    expect(timeOf(when)).toBe(time);
  });
});
