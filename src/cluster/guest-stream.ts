/** Share of one node in an owner's hub: what it is to hear and to have answered, as numbered batches, and its calls in their order. */
import { messageOf } from "../errors.ts";
import { BATCH_BYTES, encode, type Item } from "./hub-wire.ts";
import { LineRun } from "./line-run.ts";
import { ReceiveWindow } from "./receive-window.ts";
import { SendWindow } from "./send-window.ts";

/** Bytes that a node may leave unacknowledged; for longer than a lease, it is cut off. */
export const UNHEARD_BYTES = 8 * 1_048_576;

/** An audience as this node was told of it. */
export interface ToldAudience {
  version: number;
  ids: ReadonlySet<string>;
}

/** Calls from … to …: answered with nothing, or one with what was written of it. */
interface Answer {
  readonly from: number;
  to: number;
  readonly written?: string | undefined;
}

export class GuestStream {
  readonly node: string;
  readonly visit: string;
  readonly window = new SendWindow();
  readonly calls: ReceiveWindow;
  readonly audiences = new Map<number, ToldAudience>();
  /** Last call that was taken. */
  lastCall: number;
  /** Calls that are not answered yet. */
  pending = 0;
  /** Batches of its own wait for their acknowledgement. */
  isWordDue = false;
  #items: (string | LineRun)[] = [];
  #answers: Answer[] = [];
  #unheardSince: number | undefined;

  constructor(node: string, visit: string, lastBatch: number, lastCall: number) {
    this.node = node;
    this.visit = visit;
    this.calls = new ReceiveWindow(lastBatch);
    this.lastCall = lastCall;
  }

  /** An item as it stands in the batch: most are the same for all nodes, and written once. */
  add(item: string | LineRun): void {
    const last = this.#items.at(-1);
    // Lines that are said from now on come behind this.
    if (last instanceof LineRun) last.isOver = true;
    this.#items.push(item);
  }

  tell(item: Item): void {
    this.add(JSON.stringify(item));
  }

  /** Answers go behind what the hub had to say before them. */
  answer(call: number, value: unknown): void {
    this.pending -= 1;
    // Asked for each line of a flood.
    const written = value === undefined ? undefined : JSON.stringify(value);
    const last = this.#answers.at(-1);
    // Most calls are answered with nothing, and in their order: a run of those is one item.
    if (last && written === undefined && last.written === undefined && last.to === call - 1) last.to = call;
    else this.#answers.push({ from: call, to: call, written });
  }

  fail(call: number, error: unknown): void {
    this.pending -= 1;
    this.#answers.push({ from: call, to: call });
    this.tell(["e", call, messageOf(error)]);
  }

  get hasSomething(): boolean {
    return this.#items.length > 0 || this.#answers.length > 0 || this.isWordDue;
  }

  /** End of the turn: what was said in it is a batch now, or as many as fit the bus. */
  endTurn(): void {
    for (const item of answerItems(this.#answers)) this.add(item);
    this.#answers = [];
    const items = this.#items.flatMap((item) => (item instanceof LineRun ? item.items : item));
    this.#items = [];
    if (items.length === 0 && !this.isWordDue) return;
    this.isWordDue = false;
    for (const batch of inBatches(items)) this.#push(batch);
  }

  #push(items: readonly string[]): void {
    const { window, calls, visit } = this;
    const head = `{"v":${JSON.stringify(visit)},"q":${window.nextSequence},"k":${calls.last},"i":[`;
    window.push(Buffer.from(`${head}${items.join(",")}]}`));
  }

  /** Since when it has left more unacknowledged than it may; undefined: it has not. */
  unheardSince(now: number): number | undefined {
    if (this.window.bytes <= UNHEARD_BYTES) this.#unheardSince = undefined;
    else this.#unheardSince ??= now;
    return this.#unheardSince;
  }
}

/** Batches of them; at least one, if only for the word that it carries. */
function inBatches(items: readonly string[]): string[][] {
  const batches: string[][] = [];
  let room = -1;
  for (const item of items) {
    room -= item.length;
    if (room < 0) {
      batches.push([]);
      room = BATCH_BYTES - item.length;
    }
    batches.at(-1)?.push(item);
  }
  return batches.length > 0 ? batches : [[]];
}

function answerItems(answers: Answer[]): string[] {
  answers.sort((one, other) => one.from - other.from);
  return answers.map(({ from, to, written }) =>
    written === undefined ? `["u",${from},${to}]` : `["v",${from},${written}]`,
  );
}

/** Word outside the stream. */
export const outWord = (stream: { readonly visit: string }, word: { s?: number; w?: 1; x?: 1 }) =>
  encode({ v: stream.visit, ...word });
