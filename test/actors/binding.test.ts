/** Where roles listen: one port on every address of a host. */
import { describe, expect, it } from "vitest";
import { labInstance } from "../../src/lab/lab-instance.ts";
import { addressesOf, plainAddress } from "../../src/os/addresses.ts";
import { whereOf } from "../../src/repl/instance-lines.ts";
import { byteSwapped } from "../../src/wire/byte-swapped.ts";
import { isLoopback } from "../../src/wire/loopback.ts";
import { Sender } from "./datagrams.ts";
import { converse, hasIpv6, openLab } from "./harness.ts";
import { holdPort, swappablePort } from "./held-port.ts";

const service = { service: "pdf", token: "server1" };

describe.skipIf(!hasIpv6)("localhost", () => {
  it.each([
    ["tcp", "file-server", service],
    ["udp", "bootstrap", {}],
  ])(
    "is 127.0.0.1 and ::1 on the same port, also where any is wanted: %s",
    async (transport, role, given) => {
      const lab = await openLab();
      const instance = await lab.spawn(role, { ...given, host: "localhost", port: 0 });
      expect(instance.state, instance.lastError).toBe("running");
      expect(instance.service.hosts).toEqual(["127.0.0.1", "::1"]);
      expect(instance.port).toBeGreaterThan(0);
      for (const host of instance.service.hosts) {
        if (transport === "tcp") {
          const peer = await converse(instance, { host });
          peer.say("server1\n");
          await peer.hears("valid\n");
          expect(lab.storyOf(peer).subject.remote.address).toBe(host);
        } else {
          const sender = await Sender.open(instance.port, host);
          sender.say("DISCOVERY");
          expect(await sender.hears(1)).toEqual(["end"]);
        }
      }
    },
  );
});

describe("a host", () => {
  it.skipIf(!hasIpv6)("that is one IPv4 address is served there alone", async () => {
    const lab = await openLab();
    const instance = await lab.serveFiles({ host: "127.0.0.1" });
    expect(instance.service.hosts).toEqual(["127.0.0.1"]);
    await expect(converse(instance, { host: "::1" })).rejects.toThrow("ECONNREFUSED");
  });

  it.skipIf(!hasIpv6)("that is one IPv6 address is served there alone", async () => {
    const lab = await openLab();
    const instance = await lab.serveFiles({ host: "::1" });
    await expect(converse(instance, { host: "127.0.0.1" })).rejects.toThrow("ECONNREFUSED");
    (await converse(instance, { host: "::1" })).say("server1\n");
  });

  it("that is not this machine's fails at once", async () => {
    const lab = await openLab();
    // An address of the documentation's: nobody has it.
    const instance = await lab.spawn("file-server", { ...service, host: "198.51.100.7" });
    const sentence =
      "198.51.100.7 is not an address of this machine (EADDRNOTAVAIL): use --host with one that is";
    expect([instance.state, instance.lastError]).toEqual(["failed", sentence]);
  });

  it("is loopback or not, and `*` is every address of both families", async () => {
    expect(["127.0.0.1", "127.8.9.10", "::1"].filter(isLoopback)).toHaveLength(3);
    expect(["0.0.0.0", "::", "192.168.1.5", "fe80::1"].filter(isLoopback)).toEqual([]);
    expect(await addressesOf("*")).toEqual(["0.0.0.0", "::"]);
    expect(plainAddress("::ffff:127.0.0.1")).toBe("127.0.0.1");
    expect(plainAddress("::ffff:cafe")).toBe("::ffff:cafe");
  });
});

describe("--also-swapped", () => {
  it("is reached where a program without htons connects [FILE-6]", async () => {
    const lab = await openLab();
    const instance = await lab.serveFiles({ port: await swappablePort(), alsoSwapped: true });
    const peer = await converse(byteSwapped(instance.port));
    peer.say("server1\n");
    await peer.hears("valid\n");
    expect(instance.service.otherPorts).toEqual([byteSwapped(instance.port)]);
    const { port } = instance;
    expect(whereOf(labInstance(instance))).toBe(`127.0.0.1:${port} (also ${byteSwapped(port)})`);
    await lab.supervisor.stop(instance);
    expect(instance.service.otherPorts).toEqual([]);
  });

  it("is no reason not to serve at all where that port is taken", async () => {
    const lab = await openLab();
    const port = await swappablePort();
    const other = await holdPort("tcp", byteSwapped(port));
    const instance = await lab.serveFiles({ port, alsoSwapped: true });
    expect(lab.events).toContainEqual(
      expect.objectContaining({
        type: "instance.remark",
        text: expect.stringMatching(`^cannot listen on 127.0.0.1:${other.port} too: `),
      }),
    );
    expect(instance.service.otherPorts).toEqual([]);
    (await converse(instance)).say("server1\n");
  });
});
