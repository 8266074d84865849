/** Values as they are shown at a prompt: short, as wide as the screen, and nothing in them acts on a terminal. */

import { formatWithOptions, type InspectOptions, inspect, types } from "node:util";
import { hexdump, printableBytes, printableLines } from "../../printable.ts";
import { PROSE_COLUMNS } from "../wrapped.ts";

export interface Screen {
  readonly columns: number;
  readonly hasColors: boolean;
}

const DEPTH = 3;
const MAX_ITEMS = 50;
const MAX_CHARACTERS = 2_000;
const MAX_LINES = 200;
const DUMPED_BYTES = 128;

/** Only within a turn: objects may have ways of their own to be shown. */
export function showValue(value: unknown, screen: Screen): string {
  if (value instanceof Uint8Array)
    return showBytes(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
  const text = safely((options) => inspect(value, options), screen);
  return types.isPromise(value) && text.includes("<pending>") ? `${text}  (await it)` : text;
}

/** Text that `console.log` prints. */
export function showMessage(values: readonly unknown[], screen: Screen): string {
  return safely((options) => formatWithOptions(options, ...values), screen);
}

/**
 * Names and messages of errors are the only text that `inspect` does not escape. Where the plain form has nothing that
 * could act, the coloured one has no escapes but its own.
 */
function safely(show: (options: InspectOptions) => string, { columns, hasColors }: Screen): string {
  const options = {
    depth: DEPTH,
    maxArrayLength: MAX_ITEMS,
    maxStringLength: MAX_CHARACTERS,
    breakLength: Math.min(columns, PROSE_COLUMNS),
  };
  const plain = withoutFrames(show(options));
  const safe = printableLines(plain);
  return cut(hasColors && safe === plain ? withoutFrames(show({ ...options, colors: true })) : safe);
}

/** Stacks are left out: all of it is this line and the daemon below it. */
const withoutFrames = (text: string) =>
  text.replace(/\n(?:\x1b\[\d+m)? +at .*(?:netlab-line-|node:|file:|\.[jt]s:).*/g, "");

function cut(text: string): string {
  const lines = text.split("\n");
  if (lines.length <= MAX_LINES) return text;
  return [...lines.slice(0, MAX_LINES), `… ${lines.length - MAX_LINES} more lines`].join("\n");
}

function showBytes(bytes: Buffer): string {
  const head = `${bytes.length} bytes: ${printableBytes(bytes)}`;
  const dump = hexdump(bytes.subarray(0, DUMPED_BYTES)).map((line) => `  ${line}`);
  return [
    head,
    ...dump,
    ...(bytes.length > DUMPED_BYTES ? [`  … ${bytes.length - DUMPED_BYTES} more`] : []),
  ].join("\n");
}

/** Values that JSON has no word for are text: a bigint, bytes as hex. A Map is its pairs. Only within a turn. */
export function jsonValue(value: unknown): unknown {
  const text = JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one === "bigint" || typeof one === "function" || typeof one === "symbol") return String(one);
    if (types.isMap(one)) return [...one];
    if (types.isSet(one)) return [...one];
    if (types.isNativeError(one)) return { name: one.name, message: one.message };
    return one;
  });
  return text === undefined ? null : JSON.parse(text);
}
