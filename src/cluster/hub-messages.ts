/**
 * Messages of a hub as they come from the bus, where others may publish anything: what is none of them is undefined, and goes no further.
 * What comes in masses - calls and items - is looked at by hand, the rest by a schema.
 */
import { z } from "zod";
import {
  type CallBatch,
  type CallEntry,
  decode,
  type HereAnswer,
  type HereQuestion,
  type Item,
  MAX_PARTS,
  type OutBatch,
  type OutWord,
  type StreamWord,
} from "./hub-wire.ts";

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const areTexts: Check = (value) => Array.isArray(value) && value.every(isText);
const isHearers: Check = (value) => isCount(value) || isText(value) || areTexts(value);

const count = z.int().min(0);
const details = z.record(z.string(), z.string());
const member = z.object({ id: z.string(), name: z.string(), details });
const taken = z.tuple([z.string(), count, count]);
const ready = z.object({ owner: z.string(), taken: taken.optional(), isRemade: z.boolean().optional() });
const allTaken = z.union([z.literal(0), z.record(z.string(), taken)]);
const is =
  (schema: z.ZodType): Check =>
  (value) =>
    schema.safeParse(value).success;

/** Parts of an item behind its kind. */
const ITEMS: Readonly<Record<Item[0], readonly Check[]>> = {
  d: [isHearers, isText],
  j: [isCount, isText],
  a: [isCount, areTexts, areTexts],
  u: [isCount, isCount],
  v: [isCount],
  e: [isCount, isText],
  m: [isText, isText, is(details)],
  l: [isText],
  n: [isText],
  c: [isText],
  x: [areTexts],
  r: [is(ready)],
  k: [],
  h: [is(allTaken)],
};
const CHECKS = new Map(Object.entries(ITEMS));

/** Parts that may follow those, any number of them. */
const RESTS = new Map<string, Check>([["d", isText]]);

/** Item of a kind that this version does not know is one: a newer daemon may say more. */
function isItem(item: unknown): boolean {
  if (!Array.isArray(item) || !isText(item[0])) return false;
  const [kind, ...parts] = item;
  const checks = CHECKS.get(kind) ?? [];
  const rest = RESTS.get(kind);
  if (rest && !parts.slice(checks.length).every(rest)) return false;
  return checks.every((check, index) => check(parts[index]));
}

/** Several that say lines have a method in common. */
const isCall: Check = (call) =>
  Array.isArray(call) &&
  (isText(call[0]) || (Array.isArray(call[0]) && isText(call[0][0]) && isText(call[1])));

const all = <One>(isOne: Check) =>
  z.custom<readonly One[]>((value) => Array.isArray(value) && value.every(isOne));
const sender = { f: z.string(), v: z.string() };

const callBatch = z.object({ ...sender, s: count, n: count, c: all<CallEntry>(isCall) });
const streamWord = z.object({ ...sender, q: count });
const outBatch = z.object({ v: z.string(), q: count, k: count, i: all<Item>(isItem) });
const outWord = z.object({
  v: z.string(),
  s: count.optional(),
  w: z.literal(1).optional(),
  x: z.literal(1).optional(),
});
const hereQuestion = z.object({ w: z.string() });
const hereAnswer = z
  .object({
    f: z.string(),
    v: z.string().optional(),
    s: count.optional(),
    m: z.array(member).optional(),
    g: z.array(z.string()).optional(),
    p: count.optional(),
    t: count.min(1).max(MAX_PARTS).optional(),
    b: z.literal(1).optional(),
  })
  .refine(({ p = 0, t = 1 }) => p < t);

const reader =
  <Message>(schemaOf: (value: object) => z.ZodType) =>
  (data: Uint8Array): Message | undefined => {
    const value = decode<object>(data);
    return value && (schemaOf(value).safeParse(value).data as Message | undefined);
  };

export const readCalls = reader<CallBatch>(() => callBatch);
export const readStreamWord = reader<StreamWord>(() => streamWord);
export const readOut = reader<OutBatch | OutWord>((value) => ("q" in value ? outBatch : outWord));
export const readHere = reader<HereAnswer | HereQuestion>((value) =>
  "w" in value ? hereQuestion : hereAnswer,
);
