import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { faultTable } from "../../src/faults/fault-folder.ts";
import { joined, LineScene, shown } from "./scene.ts";

const faults = await faultTable();
const kind = (transport: "tcp" | "udp", isDestructive: boolean) =>
  [...faults.values()].filter(
    (one) => one.transports.includes(transport) && one.isDestructive === isDestructive,
  );
const harmless = kind("tcp", false).map(({ name }) => name);

describe("a fault of the line", () => {
  it("latency: everything comes so much later, the end too", () => {
    const scene = new LineScene().put("latency", { latency: "100ms" }).came("a", "b");
    scene.line.onEnd();
    scene.clock.advance(99);
    expect(scene.role).toEqual([]);
    scene.clock.advance(1);
    expect(shown(scene.role)).toEqual(["100 a", "100 b", "100 FIN"]);
  });

  it("latency with jitter keeps the order, and the same seed has the same times", () => {
    const times = (seed: number) => {
      const scene = new LineScene().put("latency", { latency: 50, jitter: 40 }, "in", seed);
      for (const letter of "abcdefgh") {
        scene.came(letter);
        scene.clock.advance(5);
      }
      scene.clock.advance(1_000);
      expect(joined(scene.role)).toBe("abcdefgh");
      return scene.role.map(({ at }) => at);
    };
    expect(times(7)).toEqual(times(7));
    expect(times(7)).not.toEqual(times(8));
  });

  it("bandwidth: so many bytes a second, a long write in pieces", () => {
    const scene = new LineScene().put("bandwidth", { rate: 0.05 }, "out");
    scene.line.write(Buffer.from("0123456789"));
    scene.clock.advance(100);
    expect(joined(scene.peer)).toBe("01234");
    scene.clock.advance(100);
    expect(shown(scene.peer)).toEqual(["100 01234", "200 56789"]);
  });

  it("slicer: a message comes in pieces, each in a read of its own", () => {
    const scene = new LineScene().put("slicer", { average_size: 1, delay: "5ms" }).came("abc");
    scene.clock.advance(100);
    expect(shown(scene.role)).toEqual(["0 a", "5 b", "10 c"]);
  });

  it("coalesce: several writes come as one, at the latest after the time, and an end waits for none", () => {
    const scene = new LineScene().put("coalesce", { time: 200 }, "out");
    scene.line.write(Buffer.from("a"));
    scene.clock.advance(150);
    scene.line.write(Buffer.from("b"));
    scene.clock.advance(50);
    scene.line.write(Buffer.from("c"));
    scene.line.end();
    expect(shown(scene.peer)).toEqual(["200 ab", "200 c", "200 FIN"]);
  });

  it("slow_open and slow_close: the first waits, or the end", () => {
    const open = new LineScene().put("slow_open", { delay: 300 }).came("a");
    open.clock.advance(300);
    open.came("b");
    expect(shown(open.role)).toEqual(["300 a", "300 b"]);
    const close = new LineScene().put("slow_close", { delay: 300 }, "out");
    close.line.write(Buffer.from("a"));
    close.line.end();
    close.clock.advance(300);
    expect(shown(close.peer)).toEqual(["0 a", "300 FIN"]);
  });

  it.each([
    ["fin", ["0 ab", "0 c", "0 FIN"], ["0 FIN"]],
    ["rst", ["0 ab", "0 c", "0 RST"], []],
  ])(
    "limit_data: so many bytes, then the cut by %s; what is said behind it is lost and breaks nothing",
    (how, peer, role) => {
      const scene = new LineScene().put("limit_data", { bytes: 3, how }, "out");
      let written = 0;
      scene.line.write(Buffer.from("ab"), () => (written += 1));
      scene.line.write(Buffer.from("cdef"), () => (written += 1));
      scene.line.write(Buffer.from("more"), () => (written += 1));
      scene.line.end();
      scene.came("too late");
      expect({ peer: shown(scene.peer), role: shown(scene.role), written }).toEqual({
        peer,
        role,
        written: 3,
      });
      expect(scene.deeds).toEqual(["limit_data out cut 3"]);
    },
  );

  it("timeout: nothing gets through, and it is cut after the time, or when it is taken away", () => {
    const scene = new LineScene().put("timeout", { timeout: 500 }).came("a", "b");
    scene.clock.advance(500);
    expect(shown(scene.role)).toEqual(["500 FIN"]);
    expect(scene.deeds).toEqual(["timeout in blocked 1", "timeout in cut"]);
    const forever = new LineScene().put("timeout").came("a");
    forever.line.remove("timeout");
    expect(shown(forever.peer)).toEqual(["0 RST"]);
    const unused = new LineScene().put("timeout");
    unused.line.remove("timeout");
    unused.came("a");
    expect(joined(unused.role)).toBe("a");
  });

  it("reset_peer: the connection is reset after the time", () => {
    const scene = new LineScene().put("reset_peer", { timeout: 50 }).came("a");
    scene.clock.advance(50);
    expect(shown(scene.role)).toEqual(["0 a"]);
    expect(shown(scene.peer)).toEqual(["50 RST"]);
  });

  it("half_close: an end comes though the peer goes on, and the other direction is as before", () => {
    const scene = new LineScene().put("half_close", { bytes: 2 }).came("abc", "d");
    scene.line.write(Buffer.from("answer"));
    expect(joined(scene.role)).toBe("abFIN");
    expect(joined(scene.peer)).toBe("answer");
  });

  it("loss, duplicate, reorder, corrupt: as many as the seed says, each told", () => {
    const letters = [..."abcdefghijklmnopqrst"];
    const run = (name: string, seed: number) => {
      const scene = new LineScene().put(name, { [name]: "40%" }, "in", seed).came(...letters);
      scene.clock.advance(1_000);
      return scene;
    };
    const lost = run("loss", 3);
    expect(lost.role.length + lost.deeds.length).toBe(20);
    expect(lost.deeds.length).toBeGreaterThan(2);
    expect(shown(run("loss", 3).role)).toEqual(shown(lost.role));
    const doubled = run("duplicate", 3);
    expect(doubled.role.length - doubled.deeds.length).toBe(20);
    const reordered = run("reorder", 3);
    expect(reordered.role.map(({ what }) => what).toSorted()).toEqual(letters);
    expect(joined(reordered.role)).not.toBe(letters.join(""));
    const corrupted = run("corrupt", 3);
    const others = corrupted.role.filter(({ what }, index) => what !== letters[index]);
    expect(others.length).toBe(corrupted.deeds.length);
    expect(others.length).toBeGreaterThan(2);
  });

  it("that is taken away loses nothing and turns nothing round", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...harmless), { minLength: 1, maxLength: 3 }),
        fc.array(fc.record({ wait: fc.nat(60), size: fc.integer({ min: 1, max: 200 }) }), { maxLength: 12 }),
        fc.nat(12),
        fc.constantFrom("in" as const, "out" as const),
        (names, pieces, goneAt, direction) => {
          const scene = new LineScene();
          for (const name of names) if (!scene.deeds.includes(name)) scene.put(name, {}, direction);
          let said = "";
          pieces.forEach(({ wait, size }, index) => {
            if (index === goneAt) for (const name of names) scene.line.remove(name);
            const text = String.fromCharCode(97 + index).repeat(size);
            said += text;
            if (direction === "in") scene.came(text);
            else scene.line.write(Buffer.from(text));
            scene.clock.advance(wait);
          });
          if (direction === "in") scene.line.onEnd();
          else scene.line.end();
          scene.clock.advance(600_000);
          const told = direction === "in" ? scene.role : scene.peer;
          const times = told.map(({ at }) => at);
          return (
            joined(told) === `${said}FIN` &&
            times.every((at, index) => index === 0 || at >= (times[index - 1] ?? 0))
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it("that is gone leaves a clear line, unless it has cut it", () => {
    const scene = new LineScene().put("latency", { latency: 10 }).came("a");
    expect(scene.line.isClear).toBe(false);
    scene.line.remove("latency");
    expect(scene.line.isClear).toBe(true);
    expect(joined(scene.role)).toBe("a");
    const cut = new LineScene().put("limit_data", { bytes: 0 }).came("a");
    cut.line.remove("limit_data");
    expect(cut.line.isClear).toBe(false);
  });

  it("holds no more of a peer's bytes than 256 KiB: from there on the wire is not read", () => {
    const scene = new LineScene().put("latency", { latency: 1_000 });
    scene.came("x".repeat(200_000));
    expect(scene.isWirePaused).toBe(false);
    scene.came("x".repeat(100_000));
    expect(scene.isWirePaused).toBe(true);
    scene.clock.advance(1_000);
    expect(scene.isWirePaused).toBe(false);
  });

  it("tells a role that does not read nothing, and then all of it in order", () => {
    const scene = new LineScene().put("slicer", { average_size: 2, delay: 1 });
    scene.line.pause();
    scene.came("abcdef");
    scene.clock.advance(100);
    expect(scene.role).toEqual([]);
    scene.line.resume();
    scene.came("gh");
    scene.clock.advance(100);
    expect(joined(scene.role)).toBe("abcdefgh");
  });

  it("tells a role that waits with more when all that it wrote has gone", async () => {
    const scene = new LineScene().put("latency", { latency: 10 }, "out");
    scene.line.write(Buffer.alloc(100_000));
    expect(scene.line.heldBytes).toBe(100_000);
    expect(scene.drains).toBe(0);
    scene.clock.advance(10);
    await Promise.resolve();
    expect({ drains: scene.drains, held: scene.line.heldBytes }).toEqual({ drains: 1, held: 0 });
  });
});
