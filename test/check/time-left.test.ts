/** Time of waits on a machine that stands still, or keeps a program from its processor. */
import { expect, it } from "vitest";
import { Hearing } from "../../src/check/hearing.ts";
import type { Sample } from "../../src/check/program.ts";
import type { Scene } from "../../src/check/scene.ts";
import { TimeLeft } from "../../src/check/time-left.ts";
import type { Story } from "../../src/stories/story.ts";

it.each([
  ["passes as the clock does where it is looked at often", [50, 50, 50], 850],
  ["passes by a little while the machine stands still", [50, 3_000, 50], 800],
  ["is over some time", [100, 100, 100, 100, 100, 100, 100, 100, 100, 100], 0],
])("time that is left %s", (_, turns, leftMs) => {
  let now = 0;
  const time = new TimeLeft(1_000, () => now);
  for (const turn of turns) {
    now += turn;
    expect(time.ms).toBeLessThan(1_000);
  }
  expect(time.ms).toBe(leftMs);
});

type Look = Pick<Sample, "isAwake" | "cpuMs" | "waitedMs">;

/** Hears a program that is as each look at it says, which begin when its time is over, and answers in the last of them. */
class Heard extends Hearing {
  readonly over = undefined;
  looks = 0;

  constructor(all: readonly Look[]) {
    const sample = async () => {
      this.looks += 1;
      if (this.looks === all.length) this.arrived(Buffer.from("5"));
      return all[this.looks - 1];
    };
    const silence = { withinMs: (ms: number) => ms, quietMs: (ms: number) => ms, asked() {}, answered() {} };
    const program = { sample, isSilent: async () => false };
    super({
      silence,
      signal: new AbortController().signal,
      program: () => program,
      remark() {},
    } as unknown as Scene);
  }

  protected answered(): void {}
  protected gaveUp(): void {}
  protected get story(): Story {
    return { now: () => 0 } as unknown as Story;
  }
}

const still = { isAwake: true, cpuMs: 10, waitedMs: 5 };

it("an answer is waited for while its program stands still", async () => {
  const heard = new Heard([still, still, still, still]);
  await heard.expect("5", { withinMs: 40 });
  expect(heard.looks).toBe(4);
});

it.each([
  ["sleeps", [{ ...still, isAwake: false }, still], 1],
  ["computes", [still, { ...still, cpuMs: 60 }, still], 2],
  ["waits for a processor, and has it in its turn", [still, { ...still, waitedMs: 30 }, still], 2],
  ["sleeps by then", [still, { ...still, isAwake: false }, still], 2],
])("no answer is waited for beyond its time where the program %s", async (_, all, looks) => {
  const heard = new Heard(all);
  await expect(heard.expect("5", { withinMs: 40 })).rejects.toThrow("nothing came");
  expect(heard.looks).toBe(looks);
});
