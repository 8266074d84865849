/** The control socket as programs without `netlabctl` use it: plain lines, JSON lines, several operators at once. */
import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { freePort } from "./free-ports.ts";
import { discover } from "./registry-client.ts";
import { Scene } from "./scene.ts";

const hasNcat = spawnSync("ncat", ["--version"]).status === 0;
const scene = new Scene();
let daemon: TestDaemon;

beforeAll(async () => {
  const lab = JSON.stringify({ roles: [{ role: "bootstrap", port: await freePort() }] });
  daemon = await TestDaemon.start(scene, { lab });
});
afterAll(() => scene.end());

describe("the control socket", () => {
  it("belongs to its owner alone", () => {
    const { mode, uid } = statSync(daemon.socket);
    expect(mode & 0o777).toBe(0o600);
    expect(uid).toBe(process.getuid?.());
  });

  it("answers plain command lines, one after another, in text", async () => {
    const answer = await daemon.plain("ls\nspwan\nregistry");
    expect(answer.split("\n")).toEqual([
      expect.stringMatching(/^ID +STATE/),
      expect.stringMatching(/^bootstrap-1 +running/),
      'no command "spwan"; did you mean spawn?',
      "no file server is registered",
      "",
    ]);
  });

  it.skipIf(!hasNcat)("answers `echo ls | ncat -U` (skipped without ncat)", async () => {
    const { stdout, exit } = await scene.run("ncat", ["-U", daemon.socket], { input: "ls\n" }).ended;
    expect(stdout).toMatch(/^bootstrap-1 +running/m);
    expect(exit).toBe(0);
  });

  it("serves several operators at once, and tells all that a registration changed", async () => {
    const watchers = [1, 2, 3].map(() => daemon.startCtl("registry", "--watch"));
    await Promise.all(watchers.map((watcher) => watcher.says("no file server is registered")));
    await daemon.plain("register 10.0.0.9 4000 gif secret");
    await Promise.all(watchers.map((watcher) => watcher.says(/10\.0\.0\.9 +4000 +gif +\*{4}/)));
    for (const watcher of watchers) watcher.signal("SIGINT");
    for (const { ended } of watchers) expect(await ended).toMatchObject({ exit: 130, signal: null });
  });

  it("answers requests of one connection by their ids, and a line that is none with an error", async () => {
    const operator = new JsonOperator(daemon.socket);
    operator.say({ id: 7, op: "run", argv: ["tap", "--for", "1h"] });
    operator.say({ id: 8, op: "run", line: "ls --json" });
    expect(await operator.answersTo(8)).toEqual([{ data: [expect.anything()] }, { exit: 0 }]);
    operator.say({ id: 9, op: "interrupt", target: 7 });
    expect((await operator.answersTo(7)).at(-1)).toEqual({ exit: 130 });
    operator.say({ id: 10, op: "nonsense" });
    expect(await operator.answersTo(10)).toEqual([
      { err: expect.stringMatching(/^not a request: op /), exit: 2 },
    ]);
    operator.say({ id: 11, op: "hello" });
    expect(await operator.answersTo(11)).toMatchObject([
      { data: { name: "netlabd", protocol: 1 } },
      { exit: 0 },
    ]);
    operator.close();
  });

  it("asks before it stops the daemon, and takes no for an answer", async () => {
    const operator = new JsonOperator(daemon.socket);
    operator.say({ id: 1, op: "run", line: "shutdown" });
    expect(await operator.next(({ ask }) => ask !== undefined)).toMatchObject({
      ask: expect.stringMatching(/^Stop the daemon, 1 roles .*\[y\/N\] $/),
    });
    operator.say({ id: 1, op: "answer", text: "no" });
    expect((await operator.answersTo(1)).slice(-2)).toEqual([{ err: "not stopped" }, { exit: 5 }]);
    operator.close();
    expect(await daemon.plain("ls")).toContain("running");
  });

  it("does not keep a daemon that stops, where its reader does not read any more", async () => {
    const registry = await freePort();
    const lab = JSON.stringify({ roles: [{ role: "bootstrap", port: registry }] });
    const doomed = await TestDaemon.start(scene, { name: "doomed", lab });
    const deaf = new JsonOperator(doomed.socket);
    deaf.say({ id: 1, op: "run", line: "tap --json --rate 100000 --n 1000000" });
    await eventually(async () => {
      await discover(registry);
      expect(deaf.hears).toBeGreaterThan(0);
    });
    deaf.readNoMore();
    // More than the kernel and the daemon hold for it.
    for (let count = 0; count < 3_000; count += 10)
      await Promise.all(Array.from({ length: 10 }, () => discover(registry)));
    expect(await doomed.stop()).toMatchObject({ exit: 0, signal: null });
    deaf.close();
  });
});

type Message = Readonly<Record<string, unknown>>;

/** Somebody who speaks the protocol by hand. */
class JsonOperator {
  readonly #socket: Socket;
  readonly #messages: Message[] = [];
  #wake: () => void = () => undefined;

  constructor(path: string) {
    this.#socket = createConnection(path);
    createInterface({ input: this.#socket }).on("line", (line) => {
      this.#messages.push(JSON.parse(line) as Message);
      this.#wake();
    });
  }

  /** So many messages. */
  get hears(): number {
    return this.#messages.length;
  }

  readNoMore(): void {
    this.#socket.pause();
  }

  say(message: Message): void {
    this.#socket.write(`${JSON.stringify(message)}\n`);
  }

  async next(isIt: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.#messages.find(isIt);
      if (found) return found;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** All of them, up to the exit status, without the id. */
  async answersTo(id: number): Promise<Message[]> {
    await this.next((message) => message.id === id && message.exit !== undefined);
    return this.#messages.filter((message) => message.id === id).map(({ id: _id, ...answer }) => answer);
  }

  close(): void {
    this.#socket.destroy();
  }
}
