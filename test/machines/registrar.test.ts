/** [FILE-5] A file server's registration, against registries of all kinds. */
import { describe, expect, it } from "vitest";
import { NetlabError } from "../../src/errors.ts";
import { registrarMachine } from "../../src/machines/_registrar.ts";
import fileServer from "../../src/machines/file-server.ts";
import { fakeWorld, play, turn } from "../fakes.ts";

const OURS = "10.0.0.1,1236,pdf,server1";
const REGISTRATION = `REGISTRN,${OURS}`;

function registrar({
  hosts = ["10.0.0.1"],
  ...given
}: Record<string, unknown> & { hosts?: string[] | undefined } = {}) {
  const options = { service: "pdf", token: "server1", bootstrap: "10.0.0.9:1234", ...given };
  const world = fakeWorld(fileServer, options, { hosts, port: 1_236 });
  const run = play(registrarMachine, world);
  const { network, clock } = world;
  return {
    ...world,
    run,
    /** What the registry has been told so far. */
    told: () => network.sends.inputs.map(({ text }) => text),
    looks: () => network.asks.inputs.length,
    async pass(ms: number): Promise<void> {
      clock.increment(ms);
      await turn();
    },
    /** Registers, and comes to its first look. */
    async firstLook(): Promise<void> {
      network.sends.always();
      await turn();
      clock.increment(500);
      await turn();
    },
  };
}

describe("a registrar", () => {
  it("[FILE-5] without --bootstrap is idle and touches no network", async () => {
    const { run, told, looks, pass } = registrar({ bootstrap: undefined });
    await pass(60_000);
    expect(run.path).toEqual(["idle"]);
    expect(told()).toEqual([]);
    expect(looks()).toBe(0);
  });

  it("[FILE-5] registers when it starts, by one datagram to --bootstrap", async () => {
    const { network, run } = registrar();
    await turn();
    expect(network.sends.inputs).toEqual([{ to: { host: "10.0.0.9", port: 1_234 }, text: REGISTRATION }]);
    await network.sends.resolve();
    expect(run.state).toBe("registered");
  });

  it("[FILE-5] looks after half a second whether it is listed", async () => {
    const { network, looks, pass } = registrar();
    network.sends.always();
    await pass(0);
    await pass(499);
    expect(looks()).toBe(0);
    await pass(1);
    const [question] = network.asks.inputs;
    expect(question).toMatchObject({ to: { host: "10.0.0.9", port: 1_234 }, text: "DISCOVERY" });
    expect(question?.isLast("end")).toBe(true);
  });

  it("[FILE-5] looks every 20 s while it is listed, and registers no second time", async () => {
    const { network, run, told, looks, pass, firstLook } = registrar();
    await firstLook();
    await network.asks.resolve([OURS, "end"]);
    for (const look of [2, 3, 4]) {
      expect(run.state).toBe("listed");
      await pass(19_999);
      expect(looks()).toBe(look - 1);
      await pass(1);
      expect(looks()).toBe(look);
      await network.asks.resolve(["10.0.0.1,1235,txt,other,1236,pdf,server1", "end"]);
    }
    expect(told()).toEqual([REGISTRATION]);
  });

  it("[FILE-5] registers again when an answer does not list it, and looks again", async () => {
    const { network, run, told, looks, pass, firstLook } = registrar();
    await firstLook();
    await network.asks.resolve([OURS, "end"]);
    await pass(20_000);
    await network.asks.resolve(["end"]);
    expect(told()).toEqual([REGISTRATION, REGISTRATION]);
    expect(run.state).toBe("registered");
    await pass(1_000);
    expect(looks()).toBe(3);
    await network.asks.resolve([OURS, "end"]);
    expect(run.state).toBe("listed");
  });

  it("[FILE-5] that is listed again forgets how often it was not", async () => {
    const { network, looks, pass, firstLook } = registrar();
    await firstLook();
    for (const look of [2, 4, 6]) {
      await network.asks.resolve(["end"]);
      await pass(1_000);
      expect(looks()).toBe(look);
      await network.asks.resolve([OURS, "end"]);
      await pass(20_000);
    }
  });

  it.each(["10.0.0.1,1237,pdf,server1", "10.0.0.2,1236,pdf,server1"])(
    "[FILE-5] is not listed by %s, another ip or port",
    async (other) => {
      const { network, told, firstLook } = registrar();
      await firstLook();
      await network.asks.resolve([other, "end"]);
      expect(told()).toHaveLength(2);
    },
  );

  it("[FILE-5] registers more and more seldom with a registry that never lists it, at last every 20 s", async () => {
    const { network, told, pass, firstLook } = registrar();
    await firstLook();
    const waits: number[] = [];
    for (let look = 1; look <= 8; look += 1) {
      await network.asks.resolve(["end"]);
      let waited = 0;
      for (; network.asks.waiting === 0; waited += 500) await pass(500);
      waits.push(waited);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000, 20_000]);
    expect(told()).toHaveLength(9);
  });
});

describe("where nobody knows whether it is listed", () => {
  const unknown: [string, string[]][] = [
    ["a registry is silent", []],
    ["its answer has no end", ["10.0.0.2,1236,pdf,server1"]],
    ["it answers ERROR", ["ERROR,unknown request"]],
    ["a datagram cannot be read, and may be its own", [`${OURS},1237,txt`, "end"]],
  ];

  it.each(unknown)("[FILE-5] %s: it does not register, and looks again after 2 s", async (_, answers) => {
    const { network, run, told, looks, pass, firstLook } = registrar();
    await firstLook();
    for (const look of [2, 3, 4]) {
      await network.asks.resolve(answers);
      expect(run.state).toBe("unanswered");
      await pass(1_999);
      expect(looks()).toBe(look - 1);
      await pass(1);
      expect(looks()).toBe(look);
    }
    expect(told()).toEqual([REGISTRATION]);
  });

  it("[FILE-5] a registry is down: it does not register, and looks again", async () => {
    const { network, run, told, pass, firstLook } = registrar();
    await firstLook();
    await network.asks.reject(NetlabError.worded("unreachable", "no program listens there"));
    expect(run.state).toBe("unanswered");
    await pass(2_000);
    expect(told()).toHaveLength(1);
    await network.asks.resolve(["end"]);
    expect(told()).toHaveLength(2);
  });

  it("[FILE-5] an answer without end that lists it is good enough", async () => {
    const { network, run, firstLook } = registrar();
    await firstLook();
    await network.asks.resolve([OURS]);
    expect(run.state).toBe("listed");
  });

  it("[FILE-5] a registration that could not be sent is made up for by the look", async () => {
    const { network, run, told, pass } = registrar();
    await turn();
    await network.sends.reject(NetlabError.worded("unreachable", "no way to that network"));
    expect(run.state).toBe("unanswered");
    await pass(2_000);
    await network.asks.resolve(["end"]);
    expect(told()).toEqual([REGISTRATION, REGISTRATION]);
  });
});

describe("the address it tells", () => {
  it.each([
    ["--advertise, whatever it listens on", { advertise: "203.0.113.7", hosts: ["10.0.0.1"] }, "203.0.113.7"],
    ["the one definite address it listens on", { hosts: ["192.168.1.5"] }, "192.168.1.5"],
    ["the one definite IPv6 address", { hosts: ["2001:db8::5"] }, "2001:db8::5"],
  ])("[FILE-5] is %s", async (_, given, address) => {
    const { network, told } = registrar(given);
    await turn();
    expect(told()).toEqual([`REGISTRN,${address},1236,pdf,server1`]);
    expect(network.localAddresses.inputs).toEqual([]);
  });

  it.each([[["127.0.0.1", "::1"]], [["0.0.0.0"]], [["::"]], [["0.0.0.0", "::"]]])(
    "[FILE-5] is that of the interface that leads to the registry, listening on %j",
    async (hosts) => {
      const { network, told } = registrar({ hosts });
      expect(network.localAddresses.inputs).toEqual([{ host: "10.0.0.9", port: 1_234 }]);
      await network.localAddresses.resolve("10.0.0.77");
      expect(told()).toEqual(["REGISTRN,10.0.0.77,1236,pdf,server1"]);
    },
  );

  it("[FILE-5] is looked for again every 2 s while there is no way to the registry", async () => {
    const { network, run, told, pass } = registrar({ hosts: ["0.0.0.0"] });
    await network.localAddresses.reject(NetlabError.worded("unreachable", "no way to that network"));
    expect(run.state).toBe("unaddressed");
    await pass(2_000);
    await network.localAddresses.resolve("10.0.0.77");
    expect(told()).toEqual(["REGISTRN,10.0.0.77,1236,pdf,server1"]);
  });
});

describe("the log", () => {
  it("[FILE-5] is told once as what and where it is registered", async () => {
    const { network, registrations, pass, firstLook } = registrar();
    await firstLook();
    expect(registrations).toEqual([]);
    await network.asks.resolve([OURS, "end"]);
    await pass(20_000);
    await network.asks.resolve([OURS, "end"]);
    const as = { host: "10.0.0.1", port: 1236 };
    expect(registrations).toEqual([{ as, registry: { host: "10.0.0.9", port: 1234 }, isHidden: false }]);
  });

  it("[FILE-5] is warned where others can reach it, and are told an address of this machine alone", async () => {
    const { network, registrations, firstLook } = registrar({ hosts: ["0.0.0.0", "::"] });
    network.sends.always();
    await network.localAddresses.resolve("127.0.0.1");
    await firstLook();
    await network.asks.resolve(["127.0.0.1,1236,pdf,server1", "end"]);
    expect(registrations).toMatchObject([{ as: { host: "127.0.0.1" }, isHidden: true }]);
  });
});

describe("an operator's register", () => {
  it.each([
    ["registered", async () => undefined],
    ["listed", (one: ReturnType<typeof registrar>) => one.network.asks.resolve([OURS, "end"])],
    ["unanswered", (one: ReturnType<typeof registrar>) => one.network.asks.resolve([])],
  ])("in %s registers at once", async (state, goOn) => {
    const one = registrar();
    one.network.sends.always();
    await turn();
    if (state !== "registered") await one.firstLook();
    await goOn(one);
    expect(one.run.state).toBe(state);
    one.run.actor.send({ type: "operator.register" });
    expect(one.run.state).toBe("registering");
    expect(one.told()).toHaveLength(2);
  });
});
