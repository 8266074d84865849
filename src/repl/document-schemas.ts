/**
 * Schemas of the JSON documents, by command: `docs/reference/documents.md` and `documents.schema.json` are made of them, and a
 * test holds them against what each command answers with. Documents may get more fields; none is taken away or changes its type.
 *
 * Long, because the documents of all commands stand in one table.
 */
import * as z from "zod";
import { classDocument, flag, gate, hint, slip, student } from "./class-schemas.ts";
import { givenHub, labNode, node } from "./cluster-schemas.ts";
import { load } from "./load-schema.ts";

const time = z.iso.datetime().describe("RFC 3339");
const bytes = z.number().int().min(0);
const count = z.number().int().min(0);
const port = z.number().int().min(0).max(65_535);
const cards = z.array(z.string()).describe("ids of docs/diagnoses.md, the root cause first");

export const instance = z.object({
  node,
  id: z.string(),
  type: z.string().describe("the role"),
  name: z.string().nullable(),
  label: z.string().nullable(),
  state: z.enum(["starting", "running", "backingOff", "failed", "draining", "stopped"]),
  transport: z.enum(["tcp", "udp"]),
  host: z.string(),
  port,
  alsoPorts: z.array(port).describe("byte-swapped ports on which it listens too"),
  options: z.record(z.string(), z.unknown()).describe("options in force, tokens masked"),
  connections: count,
  restarts: count,
  startedAt: time.nullable(),
  lastError: z.string().nullable(),
});

const listedInstance = instance.extend({
  verdicts: z
    .record(z.string(), count)
    .optional()
    .describe("peers by verdict; those that are ok are not counted"),
  cards: cards.optional(),
});

export const connection = z.object({
  node,
  id: z.string(),
  role: z.string().describe("id of the instance"),
  label: z.string().nullable(),
  leg: z.enum(["client", "server"]).nullable().describe("of a proxy: whose side of the pair it is"),
  pair: z.string().nullable().describe("of a proxy: the connection of the other side"),
  remote: z.string().describe("host:port"),
  state: z.string().describe("of the role's machine; closed where it has ended"),
  waitsFor: z.string().nullable(),
  since: time.nullable(),
  bytesIn: bytes,
  bytesOut: bytes,
  framing: z.string(),
  lastRule: z.string().nullable(),
  verdict: z.string().describe("ok, note, violation, waiting, stuck, refused, failed, crashed"),
  cards,
});

const entry = z.object({
  at: time,
  us: z.number().describe("microseconds since it opened"),
  kind: z.string(),
  text: z.string(),
  size: bytes.optional().describe("of what has bytes: as on the wire"),
  hex: z.string().optional().describe("the bytes that are kept; ** is a hidden one"),
  hidden: z.literal(true).optional().describe("bytes of a token are hidden in hex"),
  omitted: count.optional().describe("entries that a gap stands for"),
  bytesIn: bytes.optional(),
  bytesOut: bytes.optional(),
});

const read = z.object({
  read: count,
  at: time,
  sinceMs: z.number(),
  text: z.string(),
  hex: z.string(),
  hidden: z.literal(true).optional(),
  size: bytes,
});

const diagnosis = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string(),
  level: z.string(),
  rule: z.string(),
  ruleText: z.string().nullable(),
  came: z.string().nullable(),
  reads: z.array(read),
  state: z.string().nullable(),
  expected: z.string(),
  cause: z.string(),
  advice: z.array(z.string()),
  reproduce: z.unknown(),
});

export const explanation = connection.extend({
  reason: z.string().nullable(),
  source: z.enum(["memory", "journal"]),
  omitted: count,
  diagnoses: z.array(
    diagnosis.extend({
      side: z.enum(["client", "server"]).optional().describe("of a proxy: whose mistake it is"),
    }),
  ),
  entries: z.array(entry.extend({ read: count.optional() })),
  hints: z
    .array(z.object({ card: z.string(), title: z.string(), text: z.string(), at: time }))
    .optional()
    .describe("cards that the instructor sent to the student"),
  proxied: z
    .object({
      role: z.string().describe("whose protocol client and server speak"),
      server: z.string().describe("host:port"),
      fault: z.enum(["client", "server"]).nullable().describe("the side whose mistake came first"),
      judgedTo: z.string().describe("whole, or why it is judged in part or not at all"),
      disagreements: z.array(
        z.object({ us: count, said: z.string(), ours: z.string(), rule: z.string().nullable() }),
      ),
    })
    .optional()
    .describe("of a proxy: the conversation of its client and its server"),
});

export const registration = z.object({
  node,
  ip: z.string(),
  port,
  service: z.string(),
  token: z.string().describe("**** unless --show-tokens"),
  registeredAt: time.nullable(),
  lastSeenAt: time.nullable(),
  expiresAt: time.nullable(),
});

export const address = z.object({ email: z.string(), name: z.string() });

/** A message on standard error under `--json`. */
export const problem = z.object({
  code: z.string().nullable().describe("a row of docs/errors.md; null: the message is not an error"),
  message: z.string(),
});

const role = z.object({
  name: z.string(),
  summary: z.string(),
  side: z.enum(["server", "client", "proxy"]),
  transport: z.enum(["tcp", "udp"]),
  port,
});

const moments = z.object({
  connection: z.string(),
  moments: z.array(z.object({ entry: count, at: time, kind: z.string(), text: z.string() })),
  cutShort: z.string().nullable(),
});

const moment = z.object({
  connection: z.string(),
  entry: count,
  at: time.nullable(),
  state: z.string(),
  framing: z.string(),
  context: z.record(z.string(), z.unknown()),
  unreadHex: z.string(),
  difference: count.nullable(),
});

const replayed = z.object({
  connection: z.string(),
  role: z.string(),
  entries: count,
  same: count,
  given: count,
  cutShort: z.string().nullable(),
  difference: z.object({ entry: count, recorded: entry.nullable(), replayed: entry.nullable() }).nullable(),
});

const chart = z.object({
  kind: z.string(),
  id: z.string(),
  role: z.string(),
  ended: z.boolean().nullable(),
  connections: z.record(z.string(), count),
  name: z.string(),
  initial: z.array(z.string()),
  current: z.array(z.string()).nullable(),
  states: z.array(z.record(z.string(), z.unknown())).describe("see docs/charts.md"),
  transitions: z.array(z.record(z.string(), z.unknown())),
});

const sequence = z.object({
  startedAt: time,
  participants: z.array(z.record(z.string(), z.unknown())),
  steps: z.array(z.record(z.string(), z.unknown())).describe("see docs/charts.md"),
  connectionsLeftOut: count,
});

const info = z.object({
  name: z.literal("netlabd"),
  version: z.string(),
  node: z.string(),
  pid: count,
  lab: z.string(),
  socket: z.string(),
  data: z.string(),
  startedAt: time,
  uptimeMs: z.number(),
  residentBytes: bytes,
  recordedBytes: bytes,
  instances: count,
  connections: count,
  hubs: z.array(z.string()).optional().describe("shared hubs that it owns"),
  malformed: count
    .optional()
    .describe("messages on the bus between nodes that were none of netlabd's, and were dropped"),
  descriptorLimit: count.nullable(),
  descriptorsLeft: z.number().int().nullable(),
});

const help = z.object({
  name: z.string(),
  group: z.string(),
  level: z.enum(["observe", "operate", "own"]).describe("level that it needs"),
  summary: z.string(),
  args: z.array(z.record(z.string(), z.unknown())),
  example: z.string(),
});

const said = z.object({ role: z.string(), text: z.string(), answer: z.string() });
const member = z.object({ id: z.string(), name: z.string(), details: z.record(z.string(), z.string()) });
const step = entry.extend({
  connection: z.string(),
  from: z.string(),
  to: z.string(),
  event: z.string(),
  guard: z.string().nullable(),
  actions: z.array(z.string()),
});

const lineFault = z.object({
  id: z.string(),
  name: z.string(),
  attributes: z.record(z.string(), z.string()).describe("as they were typed"),
  target: z.string().describe("id of an instance, or of a connection"),
  leg: z.enum(["client", "server"]).nullable().describe("of a proxy: only on its connections with this side"),
  direction: z.enum(["in", "out", "both"]).describe("seen from the role"),
  chance: z.number(),
  seed: z.number().int(),
  since: z.number().describe("milliseconds since 1970"),
  until: z.number().nullable(),
  connections: count,
});

const faultKind = z.object({
  name: z.string(),
  summary: z.string(),
  transports: z.array(z.string()),
  isDestructive: z.boolean(),
  attributes: z.array(z.object({ name: z.string(), summary: z.string() })),
});

/** A whole story: `subject` and the fields of docs/capture.md; entries with their bytes in base64. */
const record = z.union([
  z.object({
    opener: z.enum(["peer", "us"]),
    protocol: z.string().nullable().describe("the server's role"),
    cards: z
      .array(z.object({ read: count.nullable(), id: z.string(), rule: z.string(), title: z.string() }))
      .optional()
      .describe("which card fits which read; null: none of them alone"),
    messages: z
      .array(z.object({ entry: count, bytes: z.string().describe("base64"), hidden: z.array(z.unknown()) }))
      .optional()
      .describe("with --messages"),
    record: z.looseObject({ version: z.number(), entries: z.array(z.unknown()) }),
  }),
  z.object({ id: z.string(), entry: z.unknown(), bytesIn: bytes, bytesOut: bytes }),
  z.object({ id: z.string(), over: z.literal(true).describe("a story of datagrams that has ended") }),
  z.object({ lost: count }),
]);

const auditRow = z.object({
  at: time.describe("when the command was over, RFC 3339"),
  operator: z.string().describe("as the client says; nothing proves it"),
  level: z.string(),
  node: z.string().nullable(),
  line: z.string().describe("secrets masked"),
  exit: count,
});

const oneOrMany = <Schema extends z.ZodType>(schema: Schema) => z.union([schema, z.array(schema)]);
const anyJson = z.unknown().describe("the value as JSON");

/** Documents by command: one a call, save where `STREAMS` names the command. */
export const documentSchemas: Readonly<Record<string, z.ZodType>> = {
  audit: z.array(auditRow),
  backup: z.object({ file: z.string(), sizeBytes: bytes, weeks: z.array(z.string()) }),
  book: z.union([
    address.extend({ removed: z.literal(true) }),
    address,
    z.array(address),
    z.object({ imported: count, added: count, replaced: count }),
    z.object({ imported: z.literal(0), bad: z.array(z.object({ line: count, why: z.string() })) }),
  ]),
  class: classDocument,
  conns: z.array(connection),
  deregister: z.object({ ip: z.string(), port, removed: z.literal(true) }),
  drain: z.array(givenHub),
  eval: anyJson,
  event: connection,
  explain: explanation,
  fault: z.union([lineFault, z.array(lineFault), z.array(faultKind)]),
  fin: connection,
  freeze: gate,
  graph: chart,
  handout: z.array(slip),
  help: oneOrMany(help),
  hint,
  info,
  "keep-check": z.object({ run: count, rows: count }),
  kick: z.array(connection),
  kill: z.array(connection),
  load: role.extend({
    replaced: z.boolean(),
    instances: z.array(z.string()),
    unfit: z.array(z.object({ id: z.string(), why: z.string() })),
  }),
  logs: z.object({ at: time, level: z.string(), message: z.string() }),
  ls: z.array(listedInstance),
  members: z.array(member),
  nodes: z.array(labNode),
  open: gate,
  records: record,
  register: registration.nullable(),
  registry: z.array(registration),
  reload: z.object({ lab: z.string(), added: z.array(z.string()), removed: z.array(z.string()) }),
  remove: oneOrMany(instance),
  replay: replayed,
  restart: oneOrMany(instance),
  rewind: z.union([moments, moment]),
  roles: z.array(role),
  rst: connection,
  say: oneOrMany(said),
  send: connection,
  seq: sequence,
  show: z.union([oneOrMany(listedInstance), connection]),
  shutdown: z.object({ stopping: z.literal(true), pid: count }),
  spawn: instance,
  sql: z.array(z.record(z.string(), z.unknown())),
  start: oneOrMany(instance),
  stop: oneOrMany(instance),
  submit: flag,
  tap: entry.extend({ connection: z.string() }),
  top: load,
  trace: step,
  tree: z.array(instance.extend({ peers: z.array(connection) })),
  unload: z.object({ name: z.string() }),
  who: z.array(student),
  "wait-for": oneOrMany(z.union([instance, connection])),
  web: z.union([
    z.object({ link: z.string(), level: z.string(), until: time }),
    z.object({ closed: z.union([z.boolean(), count]) }),
  ]),
};

/** Commands that answer with a document for each line, entry, step or look. */
export const STREAMS = ["logs", "records", "tap", "top", "trace"];

/** Commands whose answer is another's, or that answer with nothing. */
export const WITHOUT_DOCUMENT = ["capture", "check", "expect", "play", "quit", "watch"];

/** Documents that more than one command answers with, by name. */
export const sharedSchemas = { instance, connection, registration, address, explanation, problem } as const;
