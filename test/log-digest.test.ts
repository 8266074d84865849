/** A flood of one kind of event is the first few of it and a sum. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Log } from "../src/log.ts";
import { PERIOD_MS, TOLD } from "../src/log-digest.ts";
import { roleCause } from "../src/stories/causes.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function openLog() {
  const log = new Log({ format: "pretty", level: "info", colors: false });
  log.show(false);
  return {
    log,
    remark: (id: string) =>
      log.telemetry({ type: "connection.remark", id, cause: roleCause("no such word") }),
    refuse: (id: string, rule: string) =>
      log.telemetry({
        type: "connection.refused",
        id,
        remote: "127.0.0.1:9",
        cause: roleCause("wrong", rule),
      }),
    said: () => log.lines().map(({ message }) => message),
  };
}

const times = (count: number, act: (number: number) => void) => {
  for (let number = 1; number <= count; number += 1) act(number);
};

describe("the log", () => {
  it("tells the first of a kind as they are, and the others in one sentence at the period's end", () => {
    const { remark, said } = openLog();
    times(5_000 + TOLD, (number) => remark(`bootstrap-1/u${number}`));
    expect(said()).toHaveLength(TOLD);
    vi.advanceTimersByTime(PERIOD_MS);
    expect(said()).toHaveLength(TOLD + 1);
    expect(said().at(-1)).toBe(
      `bootstrap-1: 5,000 more like this, the last: bootstrap-1/u${5_000 + TOLD} no such word`,
    );
  });

  it("sums up each instance, kind and rule for itself, at its level", () => {
    const { log, remark, refuse, said } = openLog();
    times(TOLD + 1, (number) => {
      remark(`clock-1/u${number}`);
      refuse(`chat-1/c${number}`, "FRAME-7");
    });
    refuse("chat-1/c99", "CHAT-1");
    remark("clock-2/u99");
    expect(said().slice(-2)).toEqual([
      expect.stringContaining("chat-1/c99 refused"),
      expect.stringContaining("clock-2/u99"),
    ]);
    log.flush();
    expect(log.lines().slice(-2)).toMatchObject([
      { level: "info", message: expect.stringMatching(/^clock-1: 1 more like this/) },
      { level: "warn", message: expect.stringMatching(/^chat-1: 1 more like this.*\[FRAME-7\]/) },
    ]);
  });

  it("says nothing more where everything was told, and begins anew in the next period", () => {
    const { remark, said } = openLog();
    times(TOLD, () => remark("clock-1/u1"));
    vi.advanceTimersByTime(PERIOD_MS);
    expect(said()).toHaveLength(TOLD);
    times(TOLD, () => remark("clock-1/u1"));
    expect(said()).toHaveLength(2 * TOLD);
  });

  it("never sums up what is the instances' own", () => {
    const { log, said } = openLog();
    times(TOLD * 2, () => log.telemetry({ type: "instance.remark", id: "chat-1", text: "odd" }));
    expect(said()).toHaveLength(TOLD * 2);
  });
});
