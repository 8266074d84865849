/** Schema of what `doctor --json` answers: docs/reference/doctor.schema.json is made of it. Codes and their facts stay what they are. */
import * as z from "zod";
import type { Facts, FindingCode } from "./finding.ts";

const port = z.number().int().min(1).max(65_535);
const count = z.number().int().min(0);
const transport = z.enum(["tcp", "udp"]);
const program = z.object({ pid: count, name: z.string() });
const nothing = z.object({});
const elsewhere = z.object({ asked: z.string(), found: z.string() });
const doing = z.enum([
  ...["receiving", "servingAnother", "sending", "accepting", "keyboard", "polling"],
  ...["sleeping", "computing", "stopped", "ended", "otherwise"],
] as const);

const facts = {
  closed: z.object({ port, transport }),
  filtered: z.object({ waitedMs: count.describe("0: refused on the way") }),
  "other-family": elsewhere,
  "other-address": elsewhere,
  "is-udp": z.object({ port }),
  "is-tcp": z.object({ port }),
  "swapped-port": z.object({ port, found: port }),
  "time-wait": z.object({ count }),
  "backlog-full": z.object({ waiting: count }),
  "never-accepts": z.object({ serves: z.boolean().describe("another client, meanwhile") }),
  "does-not-read": z.object({
    unread: count.describe("bytes; of UDP the room that the kernel takes for them"),
  }),
  "hangs-up": z.object({ when: z.enum(["at-once", "after-words"]), how: z.enum(["fin", "reset"]) }),
  echoes: nothing,
  http: z.object({ status: z.string().nullable() }),
  tls: z.object({ protocol: z.string(), names: z.array(z.string()), until: z.string().nullable() }),
  "speaks-as": z.object({ role: z.string(), words: z.string() }),
  "wrong-words": z.object({ role: z.string(), expected: z.string(), got: z.string() }),
  "held-by": z.object({ pid: count.nullable(), name: z.string().nullable(), uid: count }),
  "waits-in": program.extend({ doing }),
  stopped: program,
  healthy: z.object({ how: z.enum(["greets", "answers", "listens"]) }),
} as const satisfies { readonly [Code in FindingCode]: z.ZodType<Facts[Code]> };

const findings = Object.entries(facts).map(([code, about]) =>
  z.object({
    code: z.literal(code),
    sure: z.enum(["certain", "likely", "maybe"]),
    problem: z.boolean().describe("with --role, what is of another role is one too"),
    sentence: z.string(),
    advice: z.string().describe("one thing to do; empty: nothing"),
    about,
  }),
);

export const findingCodes = Object.keys(facts) as readonly FindingCode[];

export const examinationSchema = z.object({
  host: z.string(),
  port,
  transport,
  address: z.string().describe("that was examined, of those that the host has"),
  role: z.string().nullable(),
  connections: count.describe("that the server had of it"),
  datagrams: count,
  findings: z.array(z.union(findings)),
});
