/** [BOOT-6] What strangers cannot make a registry do. */
import { describe, expect, it } from "vitest";
import { bootstrap, DatagramPeer, LOOPBACK } from "./bootstrap-play.ts";

const senderAt = (port: number, address = "127.0.0.1") => new DatagramPeer(address, port);

describe("a datagram", () => {
  it.each(["\0", "\n", "\r\n", "\0\0\0\0", "\r\n\0", "\n\n"])(
    "[BOOT-6] may end in %j, which is dropped",
    async (ending) => {
      const { ask, registry } = bootstrap();
      expect(await ask(`REGISTRN,10.0.0.1,1236,pdf,server1${ending}`)).toEqual([]);
      expect(registry.asked).toEqual(["register 10.0.0.1/1236 pdf server1"]);
      expect(await ask(`DISCOVERY${ending}`)).toEqual(["send 10.0.0.1,1236,pdf,server1", "send end"]);
    },
  );

  it.each(["", "\0", "\n"])("[BOOT-6] that is empty, %j, is answered ERROR", async (empty) => {
    expect(await bootstrap().ask(empty)).toEqual(["send ERROR,empty datagram"]);
  });

  it.each(["hello", "REGISTER,10.0.0.1,1236,pdf,server1", "discovery", "end", "\ufffd\u0001"])(
    "[BOOT-6] that is unknown, %j, is answered ERROR",
    async (unknown) => {
      expect(await bootstrap().ask(unknown)).toEqual([
        "send ERROR,unknown request, use REGISTRN or DISCOVERY",
      ]);
    },
  );

  it("[BOOT-6] that says bye never stops the server", async () => {
    const { run, ask } = bootstrap();
    expect((await ask("bye")).join()).toMatch(/^send ERROR,./);
    expect(run.state).toBe("serving");
    expect(await ask("DISCOVERY")).toEqual(["send end"]);
  });
});

describe("ERROR answers", () => {
  it("[BOOT-6] go once a second to a sender; each bad datagram is counted all the same", async () => {
    const { ask, clock, sender } = bootstrap();
    expect(await ask("hello")).toHaveLength(1);
    clock.increment(999);
    expect(await ask("hello")).toEqual([]);
    clock.increment(1);
    expect(await ask("hello")).toHaveLength(1);
    expect(await ask("hello")).toEqual([]);
    expect(sender.remarks).toHaveLength(4);
  });

  it("[BOOT-6] go to a sender by its address and its port", async () => {
    const { ask } = bootstrap();
    expect(await ask("hello", senderAt(50_001, "10.0.0.1"))).toHaveLength(1);
    expect(await ask("hello", senderAt(50_002, "10.0.0.1"))).toHaveLength(1);
    expect(await ask("hello", senderAt(50_001, "10.0.0.2"))).toHaveLength(1);
    expect(await ask("hello", senderAt(50_001, "10.0.0.1"))).toEqual([]);
  });

  it("[BOOT-6] go to 100 senders a second in all", async () => {
    const { ask, clock } = bootstrap();
    const answered = async () => {
      let count = 0;
      for (let port = 1; port <= 150; port += 1) count += (await ask("hello", senderAt(port))).length;
      return count;
    };
    expect(await answered()).toBe(100);
    clock.increment(1_000);
    expect(await answered()).toBe(100);
  });

  it("[BOOT-6] that are not sent hold up no registration and no answer", async () => {
    const { ask, registry } = bootstrap();
    for (let number = 0; number < 5; number += 1) await ask("hello");
    expect(await ask("REGISTRN,10.0.0.1,1236,pdf,server1")).toEqual([]);
    expect(registry.asked).toHaveLength(1);
    expect(await ask("DISCOVERY")).toHaveLength(2);
  });
});

describe("answers to DISCOVERY", () => {
  const answeredOf = async ({ ask }: ReturnType<typeof bootstrap>, address: string) => {
    let count = 0;
    for (let port = 1; port <= 30; port += 1) {
      count += (await ask("DISCOVERY", senderAt(port, address))).length;
    }
    return count;
  };

  it.each([[["0.0.0.0", "::"]], [["192.168.1.5"]], [["127.0.0.1", "192.168.1.5"]]])(
    "[BOOT-6] go 20 times a second to an address, from a registry bound to %j",
    async (hosts) => {
      const registry = bootstrap({ hosts });
      expect(await answeredOf(registry, "10.0.0.1")).toBe(20);
      expect(await answeredOf(registry, "10.0.0.2")).toBe(20);
      registry.clock.increment(1_000);
      expect(await answeredOf(registry, "10.0.0.1")).toBe(20);
    },
  );

  it("[BOOT-6] that are not sent are a remark", async () => {
    const { ask } = bootstrap({ hosts: ["0.0.0.0"] });
    const sender = senderAt(1, "10.0.0.1");
    for (let number = 0; number < 21; number += 1) await ask("DISCOVERY", sender);
    expect(sender.remarks).toEqual(["more DISCOVERY requests a second than are answered"]);
  });

  it.each([[LOOPBACK], [["127.0.0.1"]], [["127.1.2.3"]]])(
    "[BOOT-6] have no limit on this machine alone, bound to %j",
    async (hosts) => expect(await answeredOf(bootstrap({ hosts }), "127.0.0.1")).toBe(30),
  );
});

describe("the machine", () => {
  it("serves until its operator stops it", () => {
    const { run } = bootstrap();
    expect(run.path).toEqual(["serving"]);
    run.actor.send({ type: "operator.stop" });
    expect(run.path).toEqual(["serving", "closed"]);
  });
});
