/** The options of an instance: those that every one has, and its role's own, as one schema. */
import { distance } from "fastest-levenshtein";
import * as z from "zod";
import { messageOf, NetlabError } from "../errors.ts";
import { parsePeerTerm } from "../ids.ts";
import { byteSize, duration, port } from "../machines/_options.ts";
import type { Role } from "../machines/_role.ts";
import { guarded } from "./guarded-call.ts";
import { isLoaded } from "./loaded-roles.ts";

// Options are validated once an instance: a parser compiled for each schema would cost a start more than it saves.
z.config({ jitless: true });

const MEGABYTE = 1_048_576;
const NAME = /^[A-Za-z][A-Za-z0-9._-]{0,63}$/;

const name = z
  .string()
  .regex(NAME, "a name starts with a letter and has letters, digits, . _ and -")
  .refine((text) => parsePeerTerm(text) === undefined, "c1, u2 … are the names of connections");

const shared = {
  name: name.optional().describe("a name of its own, for selectors"),
  label: z.string().min(1).max(64).optional().describe("who it is for; shown with it and its connections"),
  maxMessage: byteSize().default(65_536).describe("the longest message"),
  maxQueue: byteSize().default(1_048_576).describe("bytes that may wait for a peer that does not read"),
  idle: duration().default(1_800_000).describe("close a connection after this silence"),
  framing: z.enum(["auto", "line", "bare", "nul"]).default("auto").describe("how messages end"),
  record: z
    .enum(["normal", "full"])
    .default("normal")
    .describe("full: every entry of every story goes to the journal"),
};

/** Option that every instance has, for the code that reads it; no help and no list shows it. */
const withoutEffect = <Schema extends z.ZodType>(schema: Schema): Schema => schema.meta({ hidden: true });

const forServers = {
  ...shared,
  host: z.string().min(1).default("localhost").describe("where to listen; localhost is 127.0.0.1 and ::1"),
  restart: z
    .enum(["permanent", "transient", "temporary"])
    .default("permanent")
    .describe("when to start again"),
  maxConnections: z.number().int().min(1).max(100_000).default(1_000).describe("more are refused"),
};

const forClients = {
  ...shared,
  host: z.string().min(1).default("localhost").describe("the server's host"),
  restart: z
    .enum(["permanent", "transient", "temporary"])
    .default("temporary")
    .describe("when to start again"),
  maxConnections: z.number().int().default(1).meta({ hidden: true }),
};

/** A proxy makes no messages of what comes, and holds up a side that is not read: those options have nothing to do. */
const forProxies = {
  ...forServers,
  maxMessage: withoutEffect(shared.maxMessage),
  maxQueue: withoutEffect(shared.maxQueue),
  framing: withoutEffect(shared.framing),
};

const bySide = { server: forServers, client: forClients, proxy: forProxies };

/** Roles of users play in processes of their own, which are watched. */
const forLoaded = {
  watchdog: duration().default(2_000).describe("restart the role when it gives no sign of life for so long"),
  memory: byteSize()
    .default(256 * MEGABYTE)
    .describe("restart the role when it takes more memory"),
};

export interface InstanceOptions {
  readonly name?: string | undefined;
  readonly label?: string | undefined;
  readonly host: string;
  readonly port: number;
  readonly restart: "permanent" | "transient" | "temporary";
  readonly maxConnections: number;
  readonly maxMessage: number;
  readonly maxQueue: number;
  readonly idle: number;
  readonly framing: "auto" | "line" | "bare" | "nul";
  readonly record: "normal" | "full";
  /** Of users' roles alone: milliseconds, and bytes. */
  readonly watchdog?: number;
  readonly memory?: number;
}

const schemas = new WeakMap<Role, ReturnType<typeof newSchema>>();

/** Everything that `spawn` and the lab file take for this role. A role's own word for an option wins. */
export function schemaOf(role: Role) {
  let schema = schemas.get(role);
  if (!schema) {
    schema = newSchema(role);
    schemas.set(role, schema);
  }
  return schema;
}

const ineffective = new WeakMap<Role, readonly string[]>();

/** Options that every instance has, and this role has no use for. */
export function optionsWithoutEffect(role: Role): readonly string[] {
  let keys = ineffective.get(role);
  if (!keys) {
    const shape: Readonly<Record<string, z.ZodType>> = schemaOf(role).shape;
    keys = Object.keys(shape).filter((key) => shape[key]?.meta()?.hidden === true);
    ineffective.set(role, keys);
  }
  return keys;
}

function newSchema(role: Role) {
  const shape = {
    ...bySide[role.side],
    ...(isLoaded(role) ? forLoaded : {}),
    port: port()
      .default(role.port)
      .describe(role.side === "client" ? "the server's port" : "the port; 0 is any free one"),
    ...role.options.shape,
  };
  return z.strictObject(shape);
}

const asData = new WeakMap<object, InstanceOptions>();

/** Options as lists tell them. A value of a user's own making is asked once, by the one who checks it, and not again. */
export function optionsAsData(options: InstanceOptions): InstanceOptions {
  return asData.get(options) ?? options;
}

/** Validates what was given; the error names the option, says what is wrong and what is near it. */
export function parseOptions(role: Role, given: Readonly<Record<string, unknown>>): InstanceOptions {
  const schema = schemaOf(role);
  const parsed = checked(role, () => {
    const answer = schema.safeParse(given);
    if (answer.success && isLoaded(role)) asData.set(answer.data, JSON.parse(JSON.stringify(answer.data)));
    return answer;
  });
  if (parsed.success) return parsed.data as unknown as InstanceOptions;
  throw new NetlabError("bad-option/of-role", {
    role: role.name,
    why: explainIssues(parsed.error, Object.keys(schema.shape), flagOf),
  });
}

/** Checks of a user's own are its code: they come back, or it is told. */
function checked<Result>(role: Role, check: () => Result): Result {
  if (!isLoaded(role)) return check();
  try {
    return guarded(check);
  } catch (error) {
    const why = `its own check of its options failed: ${messageOf(error)}`;
    throw new NetlabError("bad-option/of-role", { role: role.name, why }, { cause: error });
  }
}

/** The role's own part of parsed options: what its machine is given. A client is also told where its server is. */
export function roleOptions(role: Role, options: InstanceOptions): Record<string, unknown> {
  const all = options as unknown as Record<string, unknown>;
  const keys = Object.keys(role.options.shape);
  if (role.side === "client") keys.push("host", "port");
  return Object.fromEntries(keys.map((key) => [key, all[key]]));
}

export const flagOf = (key: string) => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** Validation issues as one sentence each, unknown keys with the nearest known one. */
export function explainIssues(
  error: z.ZodError,
  known: readonly string[],
  show: (key: string) => string = (key) => key,
): string {
  return error.issues.map((issue) => explainIssue(issue, known, show)).join("; ");
}

function explainIssue(
  issue: z.core.$ZodIssue,
  known: readonly string[],
  show: (key: string) => string,
): string {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `unknown option ${show(key)}${suggestion(key, known, show)}`).join("; ");
  }
  // Of a list, its name: a place in it says nothing.
  const key = issue.path.findLast((step) => typeof step === "string");
  const where = key === undefined ? "" : show(key);
  // The issue itself does not carry the input: a wrong type is told from a missing one by the message alone.
  if (issue.message.includes("received undefined")) return `${where} is needed`;
  return where ? `${where}: ${wishOf(issue)}` : wishOf(issue);
}

const KINDS: Partial<Record<string, string>> = {
  int: "a whole number",
  array: "a list",
  object: "a map",
  boolean: "true or false",
};

/** Wish, in our words where the library's are a programmer's. */
function wishOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return `must be ${KINDS[issue.expected] ?? `a ${issue.expected}`}`;
  if (issue.code === "invalid_value") return `must be one of ${issue.values.join(", ")}`;
  if (issue.code === "too_big" && isOfNumbers(issue.origin)) return `must be at most ${issue.maximum}`;
  if (issue.code === "too_small" && isOfNumbers(issue.origin)) return `must be at least ${issue.minimum}`;
  return issue.message;
}

const isOfNumbers = (origin: string) => origin === "number" || origin === "int";

/** Error of a name that no role has: the nearest of those that would do, or all of them. */
export function noSuchRole(name: string, known: readonly string[]): NetlabError {
  const near = nearest(name, known);
  const hint = near ? `did you mean ${near}?` : `there are ${known.join(", ")}`;
  return new NetlabError("no-such-role/none", { name, hint });
}

/** `; did you mean --port?`, or nothing where nothing is near. */
export function suggestion(
  word: string,
  known: readonly string[],
  show: (key: string) => string = (key) => key,
): string {
  const near = nearest(word, known);
  return near === undefined ? "" : `; did you mean ${show(near)}?`;
}

export function nearest(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase();
  let best: string | undefined;
  let bestScore = Math.max(2, Math.ceil(word.length / 3)) + 1;
  for (const one of known) {
    const score =
      one.toLowerCase().startsWith(lower) && lower.length > 1 ? 0 : distance(lower, one.toLowerCase());
    if (score < bestScore) [best, bestScore] = [one, score];
  }
  return best;
}
