/** A session of the control protocol over the page's socket: commands one after another, and what they answer. */
import { signal } from "@preact/signals";
import { save } from "./download.ts";
import { onPrompt, prompt } from "./live.ts";

export interface OutputLine {
  readonly id: number;
  readonly kind: "typed" | "out" | "err" | "frame";
  readonly text: string;
}

interface Completion {
  /** Place in the line at which the word begins that they stand for. */
  readonly from: number;
  readonly candidates: readonly { readonly value: string }[];
}

/** Lines that are kept: more are not read, and each is an element. */
const MOST_LINES = 500;
const PIXELS_A_COLUMN = 8.9;

export const lines = signal<readonly OutputLine[]>([]);
/** Question of the command under way. */
export const question = signal<string | undefined>(undefined);
export const pending = signal(false);
export const history: string[] = [];

let lastLine = 0;
let lastRequest = 0;
let running = 0;
const completions = new Map<number, (completion: Completion) => void>();

export const listen = () => onPrompt(take);

export function run(line: string): void {
  if (history.at(-1) !== line) history.push(line);
  put("typed", `netlab> ${line}`);
  lastRequest += 1;
  running = lastRequest;
  pending.value = true;
  const columns = Math.max(60, Math.floor((innerWidth - 48) / PIXELS_A_COLUMN));
  prompt({ id: running, op: "run", line, columns });
}

export function answer(text: string): void {
  put("typed", `${question.value ?? ""}${text}`);
  question.value = undefined;
  prompt({ id: running, op: "answer", text });
}

export function interrupt(): void {
  lastRequest += 1;
  prompt({ id: lastRequest, op: "interrupt", target: running });
}

export function complete(line: string, cursor: number): Promise<Completion> {
  lastRequest += 1;
  const id = lastRequest;
  const { promise, resolve } = Promise.withResolvers<Completion>();
  completions.set(id, resolve);
  prompt({ id, op: "complete", line, cursor });
  return promise;
}

function take(message: Readonly<Record<string, unknown>>): void {
  const { id, out, err, frame, data, ask, read, write, text, exit, lost } = message;
  const completion = typeof id === "number" ? completions.get(id) : undefined;
  if (completion && typeof id === "number") {
    if (data !== undefined) completion(data as Completion);
    if (exit !== undefined) completions.delete(id);
    return;
  }
  if (lost) return end();
  if (id !== undefined && id !== running) return;
  if (typeof out === "string") put("out", out);
  if (typeof err === "string") put("err", err);
  if (typeof frame === "string") putFrame(frame);
  if (data !== undefined) put("out", JSON.stringify(data, null, 2));
  if (typeof ask === "string") question.value = ask;
  if (typeof read === "string")
    prompt({ id: running, op: "answer", error: "the page opens no files: use netlabctl" });
  if (typeof write === "string") {
    save(new Blob([String(text)]), write.split(/[/\\]/).at(-1) ?? "netlab.txt");
    prompt({ id: running, op: "answer", text: "" });
  }
  if (exit !== undefined) end();
}

function end(): void {
  pending.value = false;
  question.value = undefined;
}

function put(kind: OutputLine["kind"], text: string): void {
  lastLine += 1;
  lines.value = [...lines.value, { id: lastLine, kind, text }].slice(-MOST_LINES);
}

/** In place of the frame before it. */
function putFrame(text: string): void {
  const last = lines.value.at(-1);
  if (last?.kind === "frame") lines.value = [...lines.value.slice(0, -1), { ...last, text }];
  else put("frame", text);
}
