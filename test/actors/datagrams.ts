/** A sender of datagrams that a test plays. */
import { createSocket, type Socket } from "node:dgram";
import { onTestFinished, vi } from "vitest";

export class Sender {
  readonly socket: Socket;
  readonly heard: string[] = [];
  #isOpen = true;

  /** A sender with a port of its own, that talks to this one. It goes with the test. */
  static async open(port: number, host = "127.0.0.1"): Promise<Sender> {
    const socket = createSocket(host.includes(":") ? "udp6" : "udp4");
    await new Promise<void>((ready) => socket.connect(port, host, ready));
    const sender = new Sender(socket);
    onTestFinished(() => sender.close());
    return sender;
  }

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("error", () => undefined);
    socket.on("message", (bytes) => this.heard.push(bytes.toString()));
  }

  get port(): number {
    return this.socket.address().port;
  }

  say(text: string): void {
    this.socket.send(text);
  }

  /** Everything heard so far, once it is so much; then it is forgotten. */
  async hears(count: number): Promise<string[]> {
    await vi.waitUntil(() => this.heard.length >= count, { timeout: 30_000, interval: 5 });
    return this.heard.splice(0);
  }

  close(): void {
    if (this.#isOpen) this.socket.close();
    this.#isOpen = false;
  }
}
