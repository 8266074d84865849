/** OTP's words for what ends, and what an operator's stop does in each state. */
import { describe, expect, it } from "vitest";
import { NetlabError } from "../../src/errors.ts";
import { DRAIN_MS, supervised } from "./supervision-play.ts";

describe("what crashes", () => {
  it.each(["permanent", "transient"] as const)("is restarted where it is %s", async (restart) => {
    const one = supervised(restart);
    await one.runs();
    await one.crashes();
    await one.comesBack(100);
    expect(one.run.state).toBe("running");
  });

  it("is failed where it is temporary, with its own cause", async () => {
    const one = supervised("temporary");
    await one.runs();
    await one.crashes("it fell");
    expect(one.run.state).toBe("failed");
    expect(one.facts.lastError).toBe("it fell");
    await one.pass(60_000);
    expect(one.run.state).toBe("failed");
  });
});

describe("what finishes", () => {
  it("is restarted where it is permanent", async () => {
    const one = supervised("permanent");
    await one.runs();
    await one.finish();
    await one.service.closes.resolve();
    await one.comesBack(100);
    expect(one.run.state).toBe("running");
  });

  it("is failed with a cause where it is permanent and finishes again and again", async () => {
    const one = supervised("permanent");
    await one.runs();
    for (const backOffMs of [100, 200, 400]) {
      await one.finish();
      await one.service.closes.resolve();
      await one.comesBack(backOffMs);
    }
    await one.finish();
    await one.service.closes.resolve();
    expect(one.run.state).toBe("failed");
    expect(one.facts.lastError).toBe("it ended by itself (3 restarts within 5 s did not help)");
  });

  it.each(["transient", "temporary"] as const)(
    "is closed and stopped, without an error, where it is %s",
    async (restart) => {
      const one = supervised(restart);
      await one.runs();
      await one.finish();
      expect(one.service.closes.waiting).toBe(1);
      await one.service.closes.resolve();
      expect(one.run.state).toBe("stopped");
      expect(one.facts).toEqual({ restarts: 0, startedAt: undefined, lastError: undefined });
    },
  );

  it.each(["transient", "temporary"] as const)(
    "with an error is closed and failed, with the error, where it is %s",
    async (restart) => {
      const one = supervised(restart);
      await one.runs();
      await one.finish(NetlabError.worded("no-such-file", "the server has no such file"));
      await one.service.closes.resolve();
      expect(one.run.state).toBe("failed");
      expect(one.facts.lastError).toBe("the server has no such file");
    },
  );

  it("before it is known to be open is stopped all the same", async () => {
    const one = supervised("temporary");
    await one.start();
    await one.finish();
    await one.service.closes.resolve();
    expect(one.run.state).toBe("stopped");
    await one.service.opens.resolve();
    expect(one.run.state).toBe("stopped");
  });

  it("and cannot be closed is failed, with that cause", async () => {
    const one = supervised("temporary");
    await one.runs();
    await one.finish();
    await one.service.closes.reject(new Error("it does not let go"));
    expect(one.run.state).toBe("failed");
    expect(one.facts.lastError).toBe("it does not let go");
  });
});

describe("a stop", () => {
  it("drains to the limit, then closes", async () => {
    const one = supervised();
    await one.runs();
    await one.stop();
    expect(one.run.state).toBe("draining");
    expect(one.service.drains.inputs).toEqual([DRAIN_MS]);
    expect(one.service.closes.inputs).toEqual([]);
    await one.service.drains.resolve();
    expect(one.run.state).toBe("closing");
    await one.service.closes.resolve();
    expect(one.run.state).toBe("stopped");
    expect(one.facts).toEqual({ restarts: 0, startedAt: undefined, lastError: undefined });
  });

  it("drains to a limit of its own where it has one", async () => {
    const one = supervised();
    await one.runs();
    await one.stop(0);
    expect(one.service.drains.inputs).toEqual([0]);
  });

  it("closes what cannot be drained", async () => {
    const one = supervised();
    await one.runs();
    await one.stop();
    await one.service.drains.reject(new Error("it does not drain"));
    await one.service.closes.resolve();
    expect(one.run.state).toBe("stopped");
  });

  it("said twice waits for nobody", async () => {
    const one = supervised();
    await one.runs();
    await one.stop();
    await one.stop();
    expect(one.run.state).toBe("closing");
    await one.service.closes.resolve();
    expect(one.run.state).toBe("stopped");
  });

  it("of what is starting closes it, and a late opening makes it no running one", async () => {
    const one = supervised();
    await one.start();
    await one.stop();
    expect(one.run.state).toBe("closing");
    await one.service.closes.resolve();
    await one.service.opens.resolve();
    expect(one.run.state).toBe("stopped");
  });

  it("of what backs off starts it no more", async () => {
    const one = supervised();
    await one.runs();
    await one.crashes();
    await one.stop();
    expect(one.run.state).toBe("stopped");
    await one.pass(60_000);
    expect(one.service.opens.inputs).toHaveLength(1);
  });

  it("of what has just crashed closes it, and starts it no more", async () => {
    const one = supervised();
    await one.runs();
    await one.crash();
    await one.stop();
    await one.service.closes.resolve();
    await one.service.closes.resolve();
    expect(one.run.state).toBe("stopped");
    await one.pass(60_000);
    expect(one.service.opens.inputs).toHaveLength(1);
  });

  it("is not undone by a crash or an end while it drains", async () => {
    const one = supervised();
    await one.runs();
    await one.stop();
    await one.crash();
    await one.finish();
    expect(one.run.state).toBe("draining");
    await one.service.drains.resolve();
    await one.service.closes.resolve();
    expect(one.run.state).toBe("stopped");
  });

  it("that cannot close is failed, with its cause", async () => {
    const one = supervised();
    await one.runs();
    await one.stop();
    await one.service.drains.resolve();
    await one.service.closes.reject(new Error("it does not let go"));
    expect(one.run.state).toBe("failed");
    expect(one.facts.lastError).toBe("it does not let go");
  });

  it("may be followed by a start", async () => {
    const one = supervised();
    await one.runs();
    await one.stop();
    await one.service.drains.resolve();
    await one.service.closes.resolve();
    await one.runs();
    expect(one.run.state).toBe("running");
  });
});

describe("a start", () => {
  it("of what backs off does not wait for the back-off", async () => {
    const one = supervised();
    await one.runs();
    await one.crashes();
    await one.runs();
    expect(one.run.state).toBe("running");
    await one.pass(60_000);
    expect(one.service.opens.inputs).toHaveLength(2);
  });
});
