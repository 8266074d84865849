/** A sender of datagrams of the checker. Each datagram is a message. */
import { UdpClient } from "../link/udp-client.ts";
import { osCode } from "../os/os-errors.ts";
import type { Story } from "../stories/story.ts";
import { AskedStory } from "./asked-story.ts";
import { Hearing } from "./hearing.ts";
import type { Scene } from "./scene.ts";
import type { ServerProgram } from "./server-program.ts";
import type { TestDatagrams, Waiting } from "./tester.ts";

const REFUSED = "ECONNREFUSED";

export class CheckDatagrams extends Hearing implements TestDatagrams {
  readonly #udp: UdpClient;
  readonly #server: ServerProgram;
  readonly #number: number;
  readonly #asked: AskedStory;
  /** Datagrams behind the one that is `unread`. */
  readonly #queue: Buffer[] = [];
  /** An ICMP message came: nothing listens there. */
  #isRefused = false;
  #isClosed = false;

  static async open(server: ServerProgram, number: number, scene: Scene): Promise<CheckDatagrams> {
    const { host, port } = server;
    const family = host.includes(":") ? 6 : 4;
    return new CheckDatagrams(await UdpClient.open({ address: host, port, family }), number, scene, server);
  }

  private constructor(udp: UdpClient, number: number, scene: Scene, server: ServerProgram) {
    super(scene);
    const { host, port } = server;
    this.#udp = udp;
    this.#server = server;
    this.#number = number;
    this.#asked = new AskedStory(scene, number, "udp", { local: udp.local, remote: { address: host, port } });
    udp.onMessage((bytes) => this.#came(bytes));
    udp.onError((error) => this.#refused(error));
  }

  get localPort(): number {
    return this.#udp.local.port;
  }

  get over(): "closed" | undefined {
    return this.#isRefused ? "closed" : undefined;
  }

  send(given: string | Uint8Array): void {
    const bytes = Buffer.from(given as string);
    this.saying(bytes);
    this.scene.transcript.bytes(this.#number, "out", bytes);
    this.#asked.said(bytes, false);
    this.#server.datagramSent();
    // Of several at once the system refuses a later one for the first.
    this.#udp.send(bytes).catch((error: unknown) => {
      if (osCode(error) === REFUSED) this.#refused(error);
    });
    this.moved();
  }

  async asks(question: string, answer: string, waiting?: Waiting): Promise<void> {
    this.send(question);
    await this.expect(answer, waiting);
  }

  /** Whole as it comes: nothing is waited for behind it. */
  override message(waiting: Waiting = {}): Promise<string> {
    return super.message({ ...waiting, quietMs: 0 });
  }

  #refused(error: unknown): void {
    this.#server.refused(osCode(error) ?? REFUSED);
    this.#isRefused = true;
    this.moved();
  }

  #came(bytes: Buffer): void {
    this.#server.datagramCame();
    this.scene.transcript.bytes(this.#number, "in", bytes);
    this.#asked.came(bytes);
    if (this.unread.length > 0 || this.#queue.length > 0) this.#queue.push(bytes);
    else this.arrived(bytes);
  }

  protected override take(sizeBytes: number): void {
    super.take(sizeBytes);
    if (this.unread.length === 0) this.unread = this.#queue.shift() ?? Buffer.alloc(0);
  }

  protected get story(): Story {
    return this.#asked.story;
  }

  protected answered(sizeBytes: number): void {
    this.#asked.answered(sizeBytes);
  }

  protected gaveUp(): void {
    this.#asked.gaveUp();
  }

  /** A case may have closed it already. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#udp.close();
    this.#asked.closed("us");
  }
}
