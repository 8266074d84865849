/** Servers that register themselves, in the log: a few are a line each, a class of them is one. */
import { describe, expect, it } from "vitest";
import { SimulatedClock } from "xstate";
import type { Instance } from "../../src/actors/instance.ts";
import { RegisteredTelemetry } from "../../src/lab/registered-telemetry.ts";
import { Log } from "../../src/log.ts";

const HOST = "127.0.0.1";

/** File servers, each with a registry of its own, and other roles among them. */
function opened(count: number) {
  const clock = new SimulatedClock();
  const log = new Log({ format: "pretty", level: "info", colors: false });
  log.show(false);
  const server = (number: number) => ({
    id: `file-server-${number}`,
    state: "running",
    role: { name: "file-server", side: "server" },
    spec: { options: { bootstrap: { host: HOST, port: 21_000 + number } } },
  });
  const others = [
    { id: "chat-1", state: "running", role: { name: "chat", side: "server" }, spec: { options: {} } },
    { ...server(0), id: "file-server-0", state: "failed" },
  ];
  const instances = [...others, ...Array.from({ length: count }, (_, index) => server(index + 1))];
  const registered = new RegisteredTelemetry({
    emit: log.telemetry,
    clock,
    instances: () => instances as unknown as Instance[],
  });
  return {
    clock,
    registered,
    isRegistered: (number: number, isHidden = false) =>
      registered.telemetry({
        type: "instance.registered",
        id: `file-server-${number}`,
        as: { host: HOST, port: 22_000 + number },
        registry: { host: HOST, port: 21_000 + number },
        isHidden,
      }),
    add: (number: number) => instances.push(server(number)),
    said: () => log.lines().map(({ message }) => message),
  };
}

const upTo = (count: number, act: (number: number) => void) => {
  for (let number = 1; number <= count; number += 1) act(number);
};

describe("the log of servers that are registered", () => {
  it("has a line each of a few", () => {
    const { isRegistered, said } = opened(2);
    upTo(2, (number) => isRegistered(number, number === 2));
    expect(said()).toEqual([
      "file-server-1 is registered as 127.0.0.1:22001 at 127.0.0.1:21001",
      "file-server-2 is registered as 127.0.0.1:22002 at 127.0.0.1:21002: other machines cannot reach that, give --advertise IP",
    ]);
  });

  it("has one line of a class, once the last of them is registered, and a line for one who comes late", () => {
    const { isRegistered, said, add } = opened(200);
    upTo(199, (number) => isRegistered(number));
    expect(said()).toEqual([]);
    isRegistered(200);
    expect(said()).toEqual(["200 roles are registered: 200 file-server at 127.0.0.1:21001-21200"]);
    add(201);
    isRegistered(201);
    expect(said().at(-1)).toBe("file-server-201 is registered as 127.0.0.1:22201 at 127.0.0.1:21201");
  });

  it("waits ten seconds for the last ones, which have a line of their own afterwards", () => {
    const { isRegistered, said, clock } = opened(50);
    upTo(48, (number) => isRegistered(number, number > 40));
    clock.increment(9_999);
    expect(said()).toEqual([]);
    clock.increment(1);
    expect(said()).toEqual([
      "48 roles are registered: 48 file-server at 127.0.0.1:21001-21048; 8 of them at an address that other machines cannot reach: give --advertise IP",
    ]);
    isRegistered(49);
    isRegistered(50);
    expect(said().slice(1)).toEqual([
      "file-server-49 is registered as 127.0.0.1:22049 at 127.0.0.1:21049",
      "file-server-50 is registered as 127.0.0.1:22050 at 127.0.0.1:21050",
    ]);
  });

  it("loses none that waited when the daemon ends", () => {
    const { isRegistered, registered, said } = opened(50);
    isRegistered(1);
    registered.flush();
    expect(said()).toEqual(["file-server-1 is registered as 127.0.0.1:22001 at 127.0.0.1:21001"]);
  });
});
