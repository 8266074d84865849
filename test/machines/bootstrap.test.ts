import { describe, expect, it } from "vitest";
import { turn } from "../fakes.ts";
import { bootstrap, DatagramPeer } from "./bootstrap-play.ts";

describe("a registration", () => {
  it("[BOOT-1] is given to the store before anything else is done with it", () => {
    const { say, registry, sender } = bootstrap();
    say("REGISTRN,192.168.126.137,1236,pdf,server1");
    expect(registry.asked).toEqual(["register 192.168.126.137/1236 pdf server1"]);
    expect(sender.heard()).toEqual([]);
  });

  it("[BOOT-1] is in the answer to a question that follows at once, which waits until it is on disk", async () => {
    const { say, registry, sender } = bootstrap();
    const client = new DatagramPeer("127.0.0.1", 50_002);
    say("REGISTRN,192.168.126.137,1236,pdf,server1", sender);
    say("DISCOVERY", client);
    await turn();
    expect(client.heard()).toEqual([]);
    registry.commit();
    expect(client.heard()).toEqual(["send 192.168.126.137,1236,pdf,server1", "send end"]);
  });

  it("[BOOT-2] that is good gets no reply", async () => {
    const { ask } = bootstrap();
    expect(await ask("REGISTRN,192.168.126.137,1236,pdf,server1")).toEqual([]);
    expect(await ask("REGISTRN,2001:db8::7,65535,pdf,server1")).toEqual([]);
    expect(await ask(`REGISTRN,10.0.0.1,1,${"s".repeat(64)},${"ü".repeat(64)}`)).toEqual([]);
  });

  it.each([
    ["REGISTRN", "use REGISTRN,<ip>,<port>,<service>,<token>"],
    ["REGISTRN,10.0.0.1,1236,pdf", "use REGISTRN,<ip>,<port>,<service>,<token>"],
    ["REGISTRN,10.0.0.1,1236,pdf,server1,more", "use REGISTRN,<ip>,<port>,<service>,<token>"],
    ["REGISTRN,10.0.0.256,1236,pdf,server1", "ip is not an IPv4 or IPv6 address"],
    ["REGISTRN,localhost,1236,pdf,server1", "ip is not an IPv4 or IPv6 address"],
    ["REGISTRN,,1236,pdf,server1", "ip is not an IPv4 or IPv6 address"],
    ["REGISTRN,fe80::1%eth0,1236,pdf,server1", "ip is not an IPv4 or IPv6 address"],
    ["REGISTRN,10.0.0.1,0,pdf,server1", "port is not a number from 1 to 65535"],
    ["REGISTRN,10.0.0.1,65536,pdf,server1", "port is not a number from 1 to 65535"],
    ["REGISTRN,10.0.0.1,-1,pdf,server1", "port is not a number from 1 to 65535"],
    ["REGISTRN,10.0.0.1,12x,pdf,server1", "port is not a number from 1 to 65535"],
    ["REGISTRN,10.0.0.1,1236,,server1", "service must have 1 to 64 characters and no comma"],
    [`REGISTRN,10.0.0.1,1236,${"s".repeat(65)},t`, "service must have 1 to 64 characters and no comma"],
    ["REGISTRN,10.0.0.1,1236,pdf,", "token must have 1 to 64 characters and no comma"],
    [`REGISTRN,10.0.0.1,1236,pdf,${"t".repeat(65)}`, "token must have 1 to 64 characters and no comma"],
  ])(
    "[BOOT-2] that is malformed, %j, is answered with the reason and leaves the registry as it was",
    async (bad, why) => {
      const { ask, registry, sender } = bootstrap();
      expect(await ask(bad)).toEqual([`send ERROR,${why}`]);
      expect(registry.asked).toEqual([]);
      expect(sender.remarks).toEqual([why]);
    },
  );

  it("[BOOT-3] of the same ip and port replaces the entry", async () => {
    const { ask, register } = bootstrap();
    await register("10.0.0.1,1236,pdf,old", "10.0.0.1,1236,txt,new");
    expect(await ask("DISCOVERY")).toEqual(["send 10.0.0.1,1236,txt,new", "send end"]);
  });

  it("that cannot be stored is answered ERROR", async () => {
    const { say, registry, sender } = bootstrap();
    say("REGISTRN,10.0.0.1,1236,pdf,server1");
    registry.refuse(new Error("disk full"));
    await turn();
    expect(sender.heard()).toEqual(["send ERROR,not stored, disk full"]);
  });

  it("[BOOT-7] has the lease that --lease says", async () => {
    const { register, registry } = bootstrap({ lease: "30s" });
    await register("10.0.0.1,1236,pdf,server1");
    expect(registry.asked).toEqual(["register 10.0.0.1/1236 pdf server1 for 30000"]);
  });

  it("[BOOT-7] has no lease without --lease", async () => {
    const { register, registry } = bootstrap();
    await register("10.0.0.1,1236,pdf,server1");
    expect(registry.asked).toEqual(["register 10.0.0.1/1236 pdf server1"]);
  });
});

describe("a discovery", () => {
  it("[BOOT-4] with nothing registered is answered with end alone", async () => {
    expect(await bootstrap().ask("DISCOVERY")).toEqual(["send end"]);
  });

  it("[BOOT-4] is answered with one datagram per IP, in string order, and end last", async () => {
    const { ask, register } = bootstrap();
    await register("192.168.126.139,1239,png,server4", "192.168.126.137,1236,pdf,server1");
    await register("192.168.126.139,1238,txt,server3", "10.0.0.9,1,mp4,a", "::1,2,mp4,b");
    expect(await ask("DISCOVERY")).toEqual([
      "send 10.0.0.9,1,mp4,a",
      "send 192.168.126.137,1236,pdf,server1",
      "send 192.168.126.139,1238,txt,server3,1239,png,server4",
      "send ::1,2,mp4,b",
      "send end",
    ]);
  });

  it("[BOOT-4] never takes more than 1400 bytes a datagram: an IP is continued with its ip again", async () => {
    const { ask, register } = bootstrap();
    const long = "😀".repeat(64);
    const ports = Array.from({ length: 9 }, (_, index) => index + 60_001);
    for (const port of ports)
      await register(`2001:db8:1111:2222:3333:4444:5555:6666,${port},${long},${long}`);
    const datagrams = (await ask("DISCOVERY")).map((line) => line.replace(/^send /, ""));
    expect(datagrams.pop()).toBe("end");
    expect(datagrams.length).toBeGreaterThan(1);
    const listed = datagrams.flatMap((datagram) => {
      expect(Buffer.byteLength(datagram)).toBeLessThanOrEqual(1_400);
      const [ip, ...fields] = datagram.split(",");
      expect(ip).toBe("2001:db8:1111:2222:3333:4444:5555:6666");
      return fields.filter((_, index) => index % 3 === 0).map(Number);
    });
    expect(listed).toEqual(ports);
  });

  it("[BOOT-5] of a service is answered with that service alone", async () => {
    const { ask, register } = bootstrap();
    await register("10.0.0.1,1236,pdf,server1", "10.0.0.1,1237,txt,server2", "10.0.0.2,1238,txt,server3");
    expect(await ask("DISCOVERY,txt")).toEqual([
      "send 10.0.0.1,1237,txt,server2",
      "send 10.0.0.2,1238,txt,server3",
      "send end",
    ]);
    expect(await ask("DISCOVERY,mp4")).toEqual(["send end"]);
  });

  it("[BOOT-5] of an empty service or two is malformed", async () => {
    expect(await bootstrap().ask("DISCOVERY,")).toEqual(["send ERROR,use DISCOVERY or DISCOVERY,<service>"]);
    expect(await bootstrap().ask("DISCOVERY,a,b")).toEqual([
      "send ERROR,use DISCOVERY or DISCOVERY,<service>",
    ]);
  });

  it("is answered from what was prepared until the registry changes, and then anew", async () => {
    const { ask, register, registry } = bootstrap();
    await register("10.0.0.1,1236,pdf,server1");
    await ask("DISCOVERY");
    await ask("DISCOVERY");
    expect(registry.lists).toBe(1);
    await register("10.0.0.1,1237,pdf,server2");
    expect(await ask("DISCOVERY")).toEqual(["send 10.0.0.1,1236,pdf,server1,1237,pdf,server2", "send end"]);
    expect(registry.lists).toBe(2);
  });

  it("of services that nobody serves leaves nothing behind in memory", async () => {
    const { ask, run } = bootstrap();
    for (let number = 0; number < 100; number += 1) await ask(`DISCOVERY,nobody${number}`);
    expect(run.actor.getSnapshot().context.answers.byService.size).toBe(0);
  });
});

describe("a deregistration", () => {
  it("[BOOT-5] removes the entry whose token matches, and gets no reply", async () => {
    const { ask, register } = bootstrap();
    await register("10.0.0.1,1236,pdf,server1", "10.0.0.1,1237,pdf,server2");
    expect(await ask("DEREGISTR,10.0.0.1,1236,server1")).toEqual([]);
    expect(await ask("DISCOVERY")).toEqual(["send 10.0.0.1,1237,pdf,server2", "send end"]);
  });

  it.each(["10.0.0.1,1236,server2", "10.0.0.1,1237,server1", "10.0.0.2,1236,server1"])(
    "[BOOT-5] of %s, which nothing matches, is answered ERROR and removes nothing",
    async (entry) => {
      const { ask, register } = bootstrap();
      await register("10.0.0.1,1236,pdf,server1");
      expect(await ask(`DEREGISTR,${entry}`)).toEqual([
        "send ERROR,no such entry, or the token does not match",
      ]);
      expect(await ask("DISCOVERY")).toEqual(["send 10.0.0.1,1236,pdf,server1", "send end"]);
    },
  );

  it.each([
    "DEREGISTR",
    "DEREGISTR,10.0.0.1,1236",
    "DEREGISTR,nobody,1236,server1",
    "DEREGISTR,10.0.0.1,1236,",
  ])("[BOOT-5] that is malformed, %j, is answered ERROR and not tried", async (bad) => {
    const { ask, registry } = bootstrap();
    expect((await ask(bad)).join()).toMatch(/^send ERROR,./);
    expect(registry.asked).toEqual([]);
  });

  it("that cannot be stored is answered ERROR", async () => {
    const { say, registry, sender } = bootstrap();
    say("DEREGISTR,10.0.0.1,1236,server1");
    registry.refuse(new Error("disk full"));
    await turn();
    expect(sender.heard()).toEqual(["send ERROR,not removed, disk full"]);
  });
});
