/** The supervisor of one instance: starting, crashing, coming back, and giving up. */
import { describe, expect, it } from "vitest";
import { NetlabError } from "../../src/errors.ts";
import { supervised } from "./supervision-play.ts";

describe("a start", () => {
  it("is running once the service is open", async () => {
    const one = supervised();
    expect(one.run.state).toBe("stopped");
    await one.start();
    expect(one.run.state).toBe("starting");
    one.clock.increment(1_700);
    await one.service.opens.resolve();
    expect(one.run.state).toBe("running");
    expect(one.facts).toEqual({ restarts: 0, startedAt: 1_700, lastError: undefined });
  });

  it("that fails as expected, as a taken port does, is failed at once, with the sentence that says what to do", async () => {
    const one = supervised();
    await one.start();
    await one.service.opens.reject(new NetlabError("port-taken", { port: 1234 }));
    expect(one.run.path).toEqual(["stopped", "starting", "failed"]);
    expect(one.facts.lastError).toBe("port 1234 is taken (EADDRINUSE): stop the other program or use --port");
    await one.pass(60_000);
    expect(one.run.state).toBe("failed");
    expect(one.service.opens.inputs).toHaveLength(1);
  });

  it("that throws is a crash: closed, and tried again after a back-off", async () => {
    const one = supervised();
    await one.start();
    await one.service.opens.reject(new TypeError("a bug in open"));
    expect(one.run.state).toBe("crashed");
    await one.service.closes.resolve();
    expect(one.run.state).toBe("backingOff");
    expect(one.facts.lastError).toBe("a bug in open");
    await one.comesBack(100);
    expect(one.run.state).toBe("running");
  });

  it("whose service crashes before it is open is a crash, and a late opening makes it no running one", async () => {
    const one = supervised();
    await one.start();
    await one.crashes("the companion fell");
    expect(one.run.state).toBe("backingOff");
    await one.service.opens.resolve();
    expect(one.run.state).toBe("backingOff");
    expect(one.facts.lastError).toBe("the companion fell");
  });

  it("of what runs already changes nothing", async () => {
    const one = supervised();
    await one.runs();
    await one.start();
    expect(one.run.state).toBe("running");
    expect(one.service.opens.inputs).toHaveLength(1);
  });
});

describe("a crash", () => {
  it("is closed before anything else, then backs off, then starts again", async () => {
    const one = supervised();
    await one.runs();
    await one.crash("it fell");
    expect(one.run.state).toBe("crashed");
    expect(one.service.closes.waiting).toBe(1);
    await one.service.closes.resolve();
    expect(one.run.state).toBe("backingOff");
    expect(one.facts).toMatchObject({ restarts: 1, lastError: "it fell" });
    await one.pass(99);
    expect(one.run.state).toBe("backingOff");
    await one.pass(1);
    expect(one.run.state).toBe("starting");
    await one.service.opens.resolve();
    expect(one.run.state).toBe("running");
    expect(one.facts.lastError).toBeUndefined();
  });

  it("backs off twice as long as the one before it", async () => {
    const one = supervised();
    await one.runs();
    for (const backOffMs of [100, 200, 400]) {
      await one.crashes();
      await one.pass(backOffMs - 1);
      expect(one.run.state).toBe("backingOff");
      await one.comesBack(1);
      expect(one.run.state).toBe("running");
    }
  });

  it("past three restarts within 5 s is failed, with its cause", async () => {
    const one = supervised();
    await one.runs();
    for (const backOffMs of [100, 200, 400]) {
      await one.crashes("it fell");
      await one.comesBack(backOffMs);
    }
    await one.crashes("it fell again");
    expect(one.run.state).toBe("failed");
    expect(one.facts).toEqual({
      restarts: 3,
      startedAt: undefined,
      lastError: "it fell again (3 restarts within 5 s did not help)",
    });
    await one.pass(60_000);
    expect(one.run.state).toBe("failed");
  });

  it("after 5 s of peace counts as the first, and backs off shortly again", async () => {
    const one = supervised();
    await one.runs();
    for (const backOffMs of [100, 200, 400]) {
      await one.crashes();
      await one.comesBack(backOffMs);
    }
    await one.pass(5_000);
    await one.crashes();
    expect(one.run.state).toBe("backingOff");
    await one.comesBack(100);
    expect(one.run.state).toBe("running");
    expect(one.facts.restarts).toBe(4);
  });

  it("of a service that cannot be closed is failed, with that cause", async () => {
    const one = supervised();
    await one.runs();
    await one.crash("it fell");
    await one.service.closes.reject(new Error("it does not let go"));
    expect(one.run.state).toBe("failed");
    expect(one.facts.lastError).toBe("it does not let go");
  });

  it("that is told twice is one", async () => {
    const one = supervised();
    await one.runs();
    await one.crash("the first");
    await one.crash("the second");
    await one.service.closes.resolve();
    await one.crash("the third");
    expect(one.run.state).toBe("backingOff");
    expect(one.facts).toMatchObject({ restarts: 1, lastError: "the first" });
  });
});

describe("a failed instance", () => {
  async function failed() {
    const one = supervised();
    await one.runs();
    for (const backOffMs of [100, 200, 400]) {
      await one.crashes();
      await one.comesBack(backOffMs);
    }
    await one.crashes();
    return one;
  }

  it("that is started has all its restarts again", async () => {
    const one = await failed();
    await one.runs();
    expect(one.run.state).toBe("running");
    expect(one.facts.lastError).toBeUndefined();
    for (const backOffMs of [100, 200, 400]) {
      await one.crashes();
      await one.comesBack(backOffMs);
    }
    expect(one.run.state).toBe("running");
    await one.crashes();
    expect(one.run.state).toBe("failed");
  });

  it("that is stopped is stopped, and keeps its cause for whoever asks", async () => {
    const one = await failed();
    await one.stop();
    expect(one.run.state).toBe("stopped");
    expect(one.facts.lastError).toContain("it fell");
  });
});

describe("a port that only the kernel still holds", () => {
  const lingers = new NetlabError("port-lingers", { port: 4389 });

  it("is waited for without a restart, and taken once it is free", async () => {
    const one = supervised();
    await one.start();
    await one.service.opens.reject(lingers);
    expect(one.run.state).toBe("lingering.pausing");
    expect(one.facts.lastError).toMatch(/^port 4389 is in TIME_WAIT/);
    await one.pass(1_000);
    await one.service.opens.reject(lingers);
    expect(one.run.state).toBe("lingering.pausing");
    await one.comesBack(1_000);
    expect(one.run.state).toBe("running");
    expect(one.facts).toMatchObject({ restarts: 0, lastError: undefined });
  });

  it("is given up after 70 s", async () => {
    const one = supervised();
    await one.start();
    await one.service.opens.reject(lingers);
    for (let second = 1; second < 70; second += 1) {
      await one.pass(1_000);
      await one.service.opens.reject(lingers);
      expect(one.run.state).toBe("lingering.pausing");
    }
    await one.pass(1_000);
    await one.service.opens.reject(lingers);
    expect(one.run.state).toBe("failed");
    // A new start is a new minute.
    await one.start();
    await one.service.opens.reject(lingers);
    expect(one.run.state).toBe("lingering.pausing");
  });

  it("that another program has meanwhile is a failure", async () => {
    const one = supervised();
    await one.start();
    await one.service.opens.reject(lingers);
    await one.pass(1_000);
    await one.service.opens.reject(new NetlabError("port-taken", { port: 4389 }));
    expect(one.run.state).toBe("failed");
    expect(one.facts.lastError).toMatch(/EADDRINUSE/);
  });

  it.each([0, 1_000])("is no longer waited for after a stop, %i ms later", async (ms) => {
    const one = supervised();
    await one.start();
    await one.service.opens.reject(lingers);
    await one.pass(ms);
    await one.stop();
    if (one.service.closes.waiting > 0) await one.service.closes.resolve();
    expect(one.run.state).toBe("stopped");
    await one.pass(60_000);
    expect(one.run.state).toBe("stopped");
  });
});
