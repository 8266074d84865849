/** A role of a user's that hangs, leaks, exits or dies: the others are served, its own story tells it, and it serves again. */

import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApartLab, Peer } from "./apart-lab.ts";
import { eventually } from "./eventually.ts";

let lab: ApartLab;

beforeAll(async () => {
  lab = await ApartLab.start();
});
afterAll(() => lab.end());

describe("an instance of a user's role", () => {
  it.each([
    ["loops", "handler", /no sign of life for 0\.8 s, at .*misdeeds\.ts:\d+:\d+/],
    ["leaks outside the heap", "buffers", /took \d+ MB of memory, and may take 160 \(--memory\)/],
    ["calls process.exit", "exit", /called process\.exit\(3\), at .*misdeeds\.ts:\d+:\d+/],
    ["aborts", "abort", /role's process ended: SIGABRT/],
    ["leaves a rejection unhandled", "rejection", /caught by none \(.*misdeeds\.ts:\d+:\d+\)/],
  ])("that %s is started again, and its peers' stories say why", (_, deed, why) =>
    lab.expectToOutlive(deed, why),
  );

  it("that ends again and again is failed, and says why and what to do", async () => {
    const { id, port } = await lab.spawn("--at-birth", "exit", "--watchdog", "10s");
    await eventually(async () => {
      connect(port, "127.0.0.1").on("error", () => undefined);
      expect(await lab.show(id)).toMatchObject({ state: "failed" });
    });
    expect((await lab.show(id)).lastError).toMatch(
      /called process\.exit\(4\), at .*misdeeds\.ts:\d+:\d+ \(3 restarts within /,
    );
    expect(await lab.logged(`${id} failed`)).toContain("process.exit(4)");
  });

  it("writes no file, starts no program and no thread, signals no other, and has no environment but the usual", async () => {
    const { port } = await lab.spawn();
    const peer = await Peer.meet(port);
    for (const deed of ["write", "program", "thread", "ended", "group"])
      expect(await peer.ask(deed)).toBe("ERR_ACCESS_DENIED");
    const usual = ["PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR"];
    const names = (await peer.ask("environment")).split(" ");
    expect(names.filter((name) => !usual.includes(name) && !name.startsWith("LC_"))).toEqual([]);
    peer.socket.destroy();
  });

  it("that holds its loop in a timer of its own is named in the log", async () => {
    const { id, port } = await lab.spawn("--watchdog", "20s");
    const peer = await Peer.meet(port);
    await peer.ask("brood");
    await eventually(async () =>
      expect(await lab.logged(`${id} held its process's event loop`)).toContain("in a timer of its own"),
    );
    peer.socket.destroy();
  });

  it("prints into the log", async () => {
    const { id, port } = await lab.spawn();
    const peer = await Peer.meet(port);
    await peer.ask("print");
    expect(await lab.logged(`${id} prints`)).toContain("a word of the role");
    peer.socket.destroy();
  });
});

describe("an operator", () => {
  it("sees and moves its connections as if they were here", async () => {
    const { id, port } = await lab.spawn();
    const peer = await Peer.meet(port);
    await peer.ask("go");
    const [connection] = await lab.stories(id);
    const { plain } = lab;
    expect(await plain(`eval lab.conn("${connection?.id}").snapshot.context.heard`)).toBe("1\n");
    expect(await plain(`members ${id}`)).toContain(`peer ${peer.socket.localPort}`);
    expect(await plain(`say ${id} hello`)).toBe("heard hello\n");
    expect(await plain(`say ${id} much`)).toContain(
      "9 MB is too much for one message of a role to its daemon",
    );
    expect(await plain(`event ${connection?.id} operator.nudge`)).toContain("asking → moving");
    expect(await plain(`event ${connection?.id} operator.dance`)).toContain("it takes go, operator.nudge");
    expect(await plain(`replay ${connection?.id}`)).toContain("the same machine, the same transitions");
    const { ended } = peer;
    await plain(`kick ${connection?.id}`);
    await ended;
    expect(await plain(`explain ${connection?.id}`)).toContain("operator: kicked");
  });
});

describe("a story of a role that hung or ended itself", () => {
  it.each([
    [
      "loops",
      "handler",
      /could not be played again: the role gave no sign of life for 0\.8 s, at .*misdeeds\.ts:\d+:/,
    ],
    [
      "calls process.exit",
      "exit",
      /could not be played again: the role called process\.exit\(3\), at .*misdeeds\.ts:\d+:/,
    ],
    ["aborts", "abort", /could not be played again: the role's process ended: SIGABRT/],
  ])(
    "that %s is played again beside the lab, which says why it could not be",
    async (_, deed, why) => {
      const { id, port } = await lab.spawn("--watchdog", "800ms", "--memory", "160M");
      const peer = await Peer.meet(port);
      peer.socket.write(`${deed}\n`);
      await peer.ended;
      const [crashed] = (await lab.stories(id)).filter(({ verdict }) => verdict === "crashed");
      for (const command of [`replay ${crashed?.id}`, `rewind ${crashed?.id} --to 3`]) {
        const { exit, stderr } = await lab.beside(() => lab.daemon.ctl(...command.split(" ")));
        expect({ exit, stderr }).toEqual({ exit: 5, stderr: expect.stringMatching(why) });
      }
      // A busy machine starts three processes late, and each has its patience.
    },
    60_000,
  );

  it("of one that behaved is the same, and is rewound to what its machine knew", async () => {
    const { id, port } = await lab.spawn();
    const peer = await Peer.meet(port);
    await peer.ask("go");
    const [story] = await lab.stories(id);
    expect(await lab.plain(`replay ${story?.id}`)).toMatch(
      /of \d+ entries are the same.*same machine, the same/s,
    );
    const moment = await lab.plain(`rewind ${story?.id} --to 6`);
    expect(moment).toMatch(/state {5}asking|state {5}moving/);
    expect(moment).toContain("heard = 1");
    peer.socket.destroy();
  });
});

describe("load", () => {
  it.each([
    ["exits", "process.exit(7)", /worse\.ts: the role called process\.exit\(7\), at .*worse\.ts:1:/],
    ["loops", "for (;;);", /worse\.ts: the role gave no sign of life for 2 s, at .*worse\.ts:1:/],
  ])("refuses a module that %s as it is read, and the daemon goes on", async (_, code, why) => {
    const { exit, stderr } = await lab.load(
      "worse.ts",
      `if (Date.now() > 0) { ${code} }\nexport default {};`,
    );
    expect({ exit, stderr }).toEqual({ exit: 1, stderr: expect.stringMatching(why) });
    expect(await lab.plain("roles")).toContain("misdeeds");
  });
});
