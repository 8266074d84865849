/** A daemon with a role that misbehaves when it is told to, and a neighbour of netlabd's own that is served meanwhile. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { expect } from "vitest";
import { HeldUp } from "../processor-time.ts";
import { type ConnectionDocument, type InstanceDocument, TestDaemon } from "./daemon.ts";
import { eventually } from "./eventually.ts";
import { checkout, Scene } from "./scene.ts";

/** A neighbour is to be answered within so long, whatever the role does; what the machine itself kept anybody waiting is no fault of it. */
const NEIGHBOUR_MS = 500;

/** A client that asks all the time. */
class Neighbour {
  readonly #socket: Socket;
  #isOver = false;
  worstMs = 0;
  readonly #daemon: number;
  #heldUp: HeldUp;

  constructor(port: number, daemon: number) {
    this.#daemon = daemon;
    this.#heldUp = new HeldUp(daemon);
    this.#socket = connect(port, "127.0.0.1").setEncoding("utf8").setNoDelay(true);
    this.#socket.write("ann\n");
    this.#ask().catch(() => undefined);
  }

  async #ask(): Promise<void> {
    while (!this.#isOver) {
      const asked = performance.now();
      this.#socket.write("1 + 2\n");
      await once(this.#socket, "data");
      this.worstMs = Math.max(this.worstMs, performance.now() - asked);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    this.#socket.destroy();
    this.#heldUp.end();
  }

  get limitMs(): number {
    return NEIGHBOUR_MS + this.#heldUp.ms;
  }

  /** From here on. */
  begin(): void {
    this.worstMs = 0;
    this.#heldUp.end();
    this.#heldUp = new HeldUp(this.#daemon);
  }

  end(): void {
    this.#isOver = true;
  }
}

/** Says what it hears; is there until the connection ends. */
export class Peer {
  readonly socket: Socket;
  #heard = "";

  private constructor(port: number) {
    this.socket = connect(port, "127.0.0.1").setEncoding("utf8");
    this.socket.on("error", () => undefined);
    this.socket.on("data", (text: string) => {
      this.#heard += text;
    });
  }

  /** It has heard the greeting. */
  static async meet(port: number): Promise<Peer> {
    const peer = new Peer(port);
    // It may be gone before it has heard a word.
    await new Promise((resolve) => peer.socket.once("data", resolve).once("close", resolve));
    expect(peer.#heard).toContain("Tell me what to do");
    return peer;
  }

  async ask(deed: string): Promise<string> {
    this.#heard = "";
    this.socket.write(`${deed}\n`);
    await eventually(() => expect(this.#heard).toContain("\n"));
    return this.#heard.trimEnd();
  }

  get ended(): Promise<unknown> {
    return new Promise((resolve) => this.socket.once("close", resolve));
  }
}

export class ApartLab {
  readonly daemon: TestDaemon;
  readonly #scene: Scene;
  readonly #neighbour: Neighbour;

  static async start(): Promise<ApartLab> {
    const scene = new Scene();
    const daemon = await TestDaemon.start(scene);
    const role = join(checkout, "test/fixtures/apart/misdeeds.ts");
    expect(await daemon.ctl("load", role)).toMatchObject({ exit: 0 });
    const { port } = await daemon.document<InstanceDocument>("spawn", "calculator", "--port", "0");
    // Loaded once by now, as in any daemon that somebody looks into.
    await daemon.plain("explain @last");
    return new ApartLab(scene, daemon, new Neighbour(port, daemon.ready.pid));
  }

  private constructor(scene: Scene, daemon: TestDaemon, neighbour: Neighbour) {
    this.#scene = scene;
    this.daemon = daemon;
    this.#neighbour = neighbour;
  }

  async end(): Promise<void> {
    this.#neighbour.end();
    await this.#scene.end();
  }

  load(name: string, source: string) {
    return this.daemon.ctl("load", this.#scene.file(name, source));
  }

  readonly plain = (line: string) => this.daemon.plain(line);

  spawn(...options: string[]): Promise<InstanceDocument> {
    return this.daemon.document("spawn", "misdeeds", "--port", "0", ...options);
  }

  show(id: string): Promise<InstanceDocument> {
    return this.daemon.document("show", id);
  }

  stories(id: string): Promise<ConnectionDocument[]> {
    return this.daemon.document("conns", id, "--all");
  }

  /** The neighbour is answered in time while this is under way. */
  async beside<Result>(act: () => Promise<Result>): Promise<Result> {
    this.#neighbour.begin();
    const result = await act();
    expect(this.#neighbour.worstMs).toBeLessThan(this.#neighbour.limitMs);
    return result;
  }

  async logged(words: string): Promise<string | undefined> {
    const log = await this.daemon.plain("logs");
    return log.split("\n").find((line) => line.includes(words));
  }

  /**
   * One peer tells the instance what to do, another is just there: the instance ends both, for this reason, their stories say so, and it
   * serves again.
   */
  async expectToOutlive(deed: string, why: RegExp): Promise<void> {
    this.#neighbour.begin();
    const { id, port } = await this.spawn("--watchdog", "800ms", "--memory", "160M");
    await Peer.meet(port);
    const peer = await Peer.meet(port);
    peer.socket.write(`${deed}\n`);
    await peer.ended;
    await eventually(async () => (await Peer.meet(port)).socket.destroy());
    expect(await this.logged(`${id} crashed and starts again`)).toMatch(why);
    const crashed = (await this.stories(id)).filter(({ verdict }) => verdict === "crashed");
    expect(crashed).toHaveLength(2);
    const told = await Promise.all(crashed.map((story) => this.daemon.plain(`explain ${story.id}`)));
    expect(told.filter((text) => text.includes(`"${deed}\\n"`))).toHaveLength(1);
    for (const text of told) expect(text).toContain("closed by us");
    expect(await this.show(id)).toMatchObject({ state: "running", restarts: 1 });
    expect(this.#neighbour.worstMs).toBeLessThan(this.#neighbour.limitMs);
  }
}
