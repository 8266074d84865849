/** A schema's options as command-line flags, read from the schema itself, so that help can never say anything else. */
import { Option } from "commander";
import * as z from "zod";
import { flagOf } from "../catalogue/instance-options.ts";
import type { Completes } from "./command.ts";

export interface Flag {
  readonly key: string;
  /** `--max-message` */
  readonly long: string;
  readonly kind: "boolean" | "number" | "text" | "list";
  readonly summary: string;
  readonly choices: readonly string[] | undefined;
  readonly isRequired: boolean;
  readonly isSecret: boolean;
  readonly defaultText: string | undefined;
  /** Words that Tab offers for its value, where they are not written down in `choices`. */
  readonly completes: Completes | undefined;
}

interface Property {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Property[];
  readonly secret?: boolean;
  readonly hidden?: boolean;
  readonly completes?: Completes;
}

export function flagsOf(schema: z.ZodObject): Flag[] {
  const json = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const required = new Set((json.required as string[] | undefined) ?? []);
  const properties = (json.properties ?? {}) as Record<string, Property>;
  return Object.entries(properties)
    .filter(([, property]) => !property.hidden)
    .map(([key, property]) => flagOfProperty(key, property, required.has(key)));
}

function flagOfProperty(key: string, property: Property, isRequired: boolean): Flag {
  const type = property.type ?? property.anyOf?.find((one) => one.type === "string")?.type ?? "string";
  const kind =
    type === "boolean" ? "boolean" : type === "array" ? "list" : isNumber(type) ? "number" : "text";
  return {
    key,
    long: flagOf(key),
    kind,
    summary: property.description ?? "",
    choices: property.enum,
    isRequired: isRequired && property.default === undefined,
    isSecret: property.secret === true,
    defaultText: defaultText(property.default),
    completes: property.completes,
  };
}

const isNumber = (type: string) => type === "number" || type === "integer";

function defaultText(value: unknown): string | undefined {
  if (value === undefined || value === false) return undefined;
  if (typeof value === "object" && value !== null && "host" in value && "port" in value)
    return `${value.host}:${value.port}`;
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** The flag as commander knows it; values stay as typed, the schema decides what they are. */
export function commanderOption(flag: Flag): Option {
  const summary =
    flag.summary +
    (flag.isRequired ? " (needed)" : flag.defaultText ? ` (default: ${flag.defaultText})` : "");
  if (flag.kind === "boolean")
    return new Option(flag.defaultText === "true" ? flag.long.replace("--", "--no-") : flag.long, summary);
  const value = flag.choices ? flag.choices.join("|") : flag.kind === "number" ? "n" : flag.key;
  const option = new Option(`${flag.long} <${value}>`, summary);
  // A list may also be given piece by piece: --case A --case B.
  if (flag.kind === "list")
    option.argParser((more: string, before?: string) => (before === undefined ? more : `${before},${more}`));
  return option;
}

/** Typed text as the schema wants it: `"0033"` stays text where text is wanted, and becomes 33 only where a number is. */
export function typedValues(
  flags: readonly Flag[],
  typed: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const { key, kind } of flags) {
    const value = typed[key];
    if (value === undefined) continue;
    if (kind === "number" && typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value))
      values[key] = Number(value);
    else if (kind === "list" && typeof value === "string") values[key] = value.split(",");
    else values[key] = value;
  }
  return values;
}
