import { describe, expect, it } from "vitest";
import { faultsOf } from "../../src/catalogue/role-folder.ts";
import { NetlabError } from "../../src/errors.ts";
import role from "../../src/machines/ack-client.ts";
import { fakeWorld, play } from "../fakes.ts";

function ackClient(given: Record<string, unknown> = {}) {
  const shown: string[] = [];
  const hints: unknown[] = [];
  const fake = fakeWorld(role, { text: "hello", ...given });
  const world = {
    ...fake,
    options: { ...fake.options, host: "10.0.0.1", port: 4386 },
    screen: { show: (text: string) => shown.push(text), hint: (hint: unknown) => hints.push(hint) },
  };
  const run = play(role.machine, world);
  return { run, shown, hints, asks: world.network.asks };
}

describe("an acknowledger's client", () => {
  it("is a role that netlabd takes", () => {
    expect(faultsOf(role)).toEqual([]);
  });

  it("[ACK-1] sends one datagram, and is told Ok", async () => {
    const { run, shown, asks } = ackClient({ timeout: "3s" });
    expect(asks.inputs).toMatchObject([
      { to: { host: "10.0.0.1", port: 4386 }, text: "hello", timeoutMs: 3_000 },
    ]);
    expect(asks.last?.isLast("anything")).toBe(true);
    await asks.resolve(["Ok"]);
    expect(shown).toEqual(["Ok"]);
    expect(run.path).toEqual(["asking", "done"]);
    expect(run.output).toEqual({ ok: true, answer: "Ok" });
  });

  it.each(["Ok\n", "Ok\0", "Ok\r\n\0\0\0"])("[ACK-1] takes %j for Ok", async (answer) => {
    const { run, asks } = ackClient();
    await asks.resolve([answer]);
    expect(run.output).toEqual({ ok: true, answer: "Ok" });
  });

  it("says what padding behind an Ok is worth, and nothing of an Ok without", async () => {
    const { hints, asks } = ackClient();
    await asks.resolve(["Ok\0"]);
    expect(hints).toEqual([
      "note: a NUL follows the text (strlen() + 1, or the whole buffer): send only the text, strlen() bytes [ACK-1]",
    ]);
    const plain = ackClient();
    await plain.asks.resolve(["Ok\n"]);
    expect(plain.hints).toEqual([]);
  });

  it("says what else it is told", async () => {
    const { run, asks, shown } = ackClient();
    await asks.resolve(["Who?"]);
    expect(run.output).toMatchObject({
      ok: false,
      code: "peer-error",
      message: 'the server answers "Who?" to "hello"; the right answer is "Ok"',
    });
    expect(shown).toEqual([]);
  });

  it("says that nothing came", async () => {
    const { run, asks } = ackClient();
    await asks.resolve([]);
    expect(run.output).toMatchObject({ ok: false, code: "timed-out" });
    expect(asks.inputs).toHaveLength(1);
  });

  it("says that no program listens there", async () => {
    const { run, asks } = ackClient();
    await asks.reject(NetlabError.worded("unreachable", "no program listens there"));
    expect(run.output).toMatchObject({ ok: false, code: "unreachable", message: "no program listens there" });
  });

  it("throws what is none of its failures", async () => {
    const { run, asks } = ackClient();
    await asks.reject(new Error("boom"));
    expect(run.crash).toMatchObject({ message: "boom" });
  });

  it("stops when its operator says so", () => {
    const { run } = ackClient();
    run.actor.send({ type: "operator.stop" });
    expect(run.output).toMatchObject({ ok: false, code: "interrupted" });
  });

  it("takes no text that one datagram cannot carry", () => {
    expect(role.options.safeParse({ text: "x".repeat(65_507) }).success).toBe(true);
    expect(role.options.safeParse({ text: "x".repeat(65_508) }).success).toBe(false);
    expect(role.options.safeParse({ text: "" }).success).toBe(true);
  });
});
