/** Share of one node in an owner's hub: what it is to hear and to have answered, as numbered batches, and its calls in their order. */
import { messageOf } from "../errors.ts";
import { BATCH_BYTES, encode, type Item } from "./hub-wire.ts";
import { ReceiveWindow } from "./receive-window.ts";
import { SendWindow } from "./send-window.ts";

/** Bytes that a node may leave unacknowledged; for longer than a lease, it is cut off. */
export const UNHEARD_BYTES = 8 * 1_048_576;

/** An audience as this node was told of it. */
export interface ToldAudience {
  version: number;
  ids: ReadonlySet<string>;
}

type Answer = readonly [call: number, value: unknown];

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
  #items: string[] = [];
  /** Audience of the last item, where that is of lines and more may follow in it. */
  #lineOf = -1;
  #bytes = 0;
  #answers: Answer[] = [];
  #unheardSince: number | undefined;

  constructor(node: string, visit: string, lastBatch: number, lastCall: number) {
    this.node = node;
    this.visit = visit;
    this.calls = new ReceiveWindow(lastBatch);
    this.lastCall = lastCall;
  }

  /** An item as it stands in the batch: most are the same for all nodes, and written once. */
  add(item: string): void {
    if (this.#bytes > 0 && this.#bytes + item.length > BATCH_BYTES) this.#endBatch();
    this.#endLines();
    this.#items.push(item);
    this.#bytes += item.length;
  }

  /** A line for an audience, as it stands in the batch; several in a row are one item. */
  addLine(audience: number, text: string): void {
    if (this.#bytes > 0 && this.#bytes + text.length > BATCH_BYTES) this.#endBatch();
    if (this.#lineOf !== audience) {
      this.#endLines();
      this.#items.push(`["d",${audience}`);
      this.#lineOf = audience;
    }
    this.#items.push(text);
    this.#bytes += text.length;
  }

  #endLines(): void {
    if (this.#lineOf < 0) return;
    this.#lineOf = -1;
    this.#items[this.#items.length - 1] += "]";
  }

  tell(item: Item): void {
    this.add(JSON.stringify(item));
  }

  /** Answers go behind what the hub had to say before them. */
  answer(call: number, value: unknown): void {
    this.pending -= 1;
    if (value === undefined) this.#answers.push([call, undefined]);
    else this.#answers.push([call, JSON.stringify(value)]);
  }

  fail(call: number, error: unknown): void {
    this.pending -= 1;
    this.#answers.push([call, undefined]);
    this.tell(["e", call, messageOf(error)]);
  }

  get hasSomething(): boolean {
    return this.#items.length > 0 || this.#answers.length > 0 || this.isWordDue;
  }

  /** End of the turn: what was said in it is a batch now. */
  endTurn(): void {
    for (const item of answerItems(this.#answers)) this.add(item);
    this.#answers = [];
    if (this.#items.length > 0 || this.isWordDue) this.#endBatch();
  }

  #endBatch(): void {
    const { window, calls, visit } = this;
    this.#endLines();
    const head = `{"v":${JSON.stringify(visit)},"q":${window.nextSequence},"k":${calls.last},"i":[`;
    window.push(Buffer.from(`${head}${this.#items.join(",")}]}`));
    this.#items = [];
    this.#bytes = 0;
    this.isWordDue = false;
  }

  /** Since when it has left more unacknowledged than it may; undefined: it has not. */
  unheardSince(now: number): number | undefined {
    if (this.window.bytes <= UNHEARD_BYTES) this.#unheardSince = undefined;
    else this.#unheardSince ??= now;
    return this.#unheardSince;
  }
}

/** Most calls are answered with nothing: a run of those is one item. */
function answerItems(answers: Answer[]): string[] {
  const items: string[] = [];
  answers.sort(([one], [other]) => one - other);
  for (let at = 0; at < answers.length; at += 1) {
    const [call, value] = answers[at] as Answer;
    if (value !== undefined) {
      items.push(`["v",${call},${value}]`);
      continue;
    }
    let last = call;
    while (answers[at + 1]?.[0] === last + 1 && answers[at + 1]?.[1] === undefined) {
      last += 1;
      at += 1;
    }
    items.push(`["u",${call},${last}]`);
  }
  return items;
}

/** Word outside the stream. */
export const outWord = (stream: { readonly visit: string }, word: { s?: number; w?: 1; x?: 1 }) =>
  encode({ v: stream.visit, ...word });
