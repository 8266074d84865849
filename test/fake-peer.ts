import type { ByteSink, OpenFile, Peer } from "../src/machines/_world.ts";
import { causeText } from "../src/stories/cause-text.ts";
import { type Cause, refusalCause, remarkCause } from "../src/stories/causes.ts";
import { Calls } from "./pending-calls.ts";

/** Remembers all that a machine told it, in order; transfers wait until the test ends them. */
export class FakePeer implements Peer {
  readonly id: string;
  readonly remote: { readonly address: string; readonly port: number };
  /** One line a call: `send valid`, `bytes 00 b0 01 00`, `file server.pdf`, `refuse Invalid [FILE-1]`, `close`. */
  readonly told: string[] = [];
  readonly remarks: string[] = [];
  readonly #transfers = new Calls<OpenFile, void>();
  readonly inflows = new Calls<{ sink: ByteSink; sizeBytes: number }, void>();

  constructor(address = "127.0.0.1", port = 50_001) {
    this.id = `role-1/c${port}`;
    this.remote = { address, port };
  }

  send(text: string): void {
    this.told.push(`send ${text}`);
  }

  sendBytes(bytes: Uint8Array): void {
    this.told.push(
      `bytes ${Buffer.from(bytes)
        .toString("hex")
        .replace(/..(?=.)/g, "$& ")}`,
    );
  }

  /** As the contract says: however it ends, the file is closed. */
  async sendFile(file: OpenFile): Promise<void> {
    this.told.push(`file ${file.name}`);
    try {
      await this.#transfers.call(file);
    } finally {
      await file.close();
    }
  }

  receiveInto(sink: ByteSink, sizeBytes: number): Promise<void> {
    this.told.push(`receive ${sizeBytes}`);
    return this.inflows.call({ sink, sizeBytes });
  }

  refuse(words: string, causeOrRule: Cause | string, why?: string): void {
    const cause = refusalCause(causeOrRule, why);
    this.told.push(`refuse ${words} [${cause.rule}]`);
    this.remarks.push(causeText(cause));
  }

  refuseBytes(bytes: Uint8Array, causeOrRule: Cause | string, why?: string): void {
    const cause = refusalCause(causeOrRule, why);
    this.told.push(`refuse bytes ${Buffer.from(bytes).toString("latin1")} [${cause.rule}]`);
    this.remarks.push(causeText(cause));
  }

  remark(remark: string | Cause): void {
    this.remarks.push(causeText(remarkCause(remark)));
  }

  close(): void {
    this.told.push("close");
  }

  /** The peer has read the file under way. */
  readAll(): Promise<void> {
    return this.#transfers.resolve();
  }

  /** The transfer under way breaks. */
  breakOff(error: unknown): Promise<void> {
    return this.#transfers.reject(error);
  }

  /** What it was told since the last time somebody asked. */
  heard(): string[] {
    return this.told.splice(0);
  }
}
