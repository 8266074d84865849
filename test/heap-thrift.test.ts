/** When V8 is told to be thrifty with memory, and when not. */
import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { HeapThrift } from "../src/heap-thrift.ts";
import { Recorder } from "../src/stories/recorder.ts";
import { SimulatedClock } from "./actors/simulated-clock.ts";

function thrift() {
  const clock = new SimulatedClock();
  const recorder = new Recorder(clock);
  const flags: string[] = [];
  new HeapThrift({ clock, setFlag: (flag) => void flags.push(flag) }).watch(recorder);
  let number = 0;
  const come = (count: number) => {
    for (let one = 0; one < count; one += 1) {
      number += 1;
      const end = { address: "127.0.0.1", port: number };
      const ids = { id: `i/c${number}`, instance: "i", role: "r", edition: 0 };
      const story = recorder.open({ ...ids, transport: "tcp", local: end, remote: end }, "waiting");
      // An end is no peer that comes.
      recorder.end(story);
    }
  };
  const said = () => flags.splice(0);
  return { clock, come, flags, said };
}

describe("the heap's thrift", () => {
  it("holds from the start until three seconds in which few came", () => {
    const { clock, come, said } = thrift();
    expect(said()).toContain("--semi-space-growth-factor=1");
    clock.advance(60_000);
    expect(said()).toEqual([]);
    come(64);
    clock.advance(2_999);
    expect(said()).toEqual([]);
    clock.advance(1);
    expect(said()).toContain("--semi-space-growth-factor=2");
  });

  it("ends with the first second where hardly a peer has come by then, and only with that one", () => {
    const { clock, come, said } = thrift();
    said();
    come(63);
    clock.advance(999);
    expect(said()).toEqual([]);
    clock.advance(1);
    expect(said()).toContain("--maglev");
    come(512);
    expect(said()).toContain("--no-maglev");
    clock.advance(1_000);
    come(1);
    clock.advance(2_999);
    expect(said()).toEqual([]);
    clock.advance(1);
    expect(said()).toContain("--maglev");
  });

  it("begins again with the 512th peer of a second, and outlasts a pause", () => {
    const { clock, come, said } = thrift();
    come(1);
    clock.advance(3_000);
    said();
    for (let second = 0; second < 4; second += 1) {
      come(511);
      clock.advance(1_000);
    }
    expect(said()).toEqual([]);
    come(512);
    expect(said()).toContain("--heap-growing-percent=40");
    clock.advance(3_000);
    come(512);
    clock.advance(3_000);
    expect(said()).toEqual([]);
    clock.advance(1_000);
    expect(said()).toContain("--heap-growing-percent=0");
  });

  it("says what this V8 understands", () => {
    const { clock, come, said } = thrift();
    come(1);
    clock.advance(3_000);
    const flags = said();
    expect(flags).toHaveLength(6);
    expect(execFileSync(process.execPath, [...flags, "-p", "1"], { encoding: "utf8" })).toBe("1\n");
  });
});
