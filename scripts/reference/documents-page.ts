/** docs/reference/documents.md and documents.schema.json, from the schemas of the JSON documents. */
import { z } from "zod";
import {
  documentSchemas,
  STREAMS,
  sharedSchemas,
  WITHOUT_DOCUMENT,
} from "../../src/repl/document-schemas.ts";

type Json = { readonly [key: string]: unknown };

/** As a reader of documents wants it: what is not named may be there too; a time's format says enough. */
const AS_READ = {
  io: "input",
  unrepresentable: "any",
  override: ({ jsonSchema }: { jsonSchema: Json & { pattern?: unknown } }) => {
    if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
  },
} as const;

const jsonSchema = (schema: z.ZodType): Json => {
  const { $schema: _, ...json } = z.toJSONSchema(schema, AS_READ);
  return json;
};

/** A schema that several commands have stands once, and is referred to. */
export function documentsSchema(): string {
  const registry = z.registry<{ id: string }>();
  const commands = Object.entries(documentSchemas);
  for (const [id, schema] of Object.entries(sharedSchemas)) registry.add(schema, { id });
  for (const [name, schema] of commands)
    if (!registry.has(schema)) registry.add(schema, { id: `command:${name}` });
  const { schemas } = z.toJSONSchema(registry, { ...AS_READ, uri: (id) => `#/$defs/${id}` });
  const definitions = Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id, ...schema }]) => [id, schema]),
  );
  const references = commands.flatMap(([name, schema]) => {
    const id = registry.get(schema)?.id;
    return id === `command:${name}` ? [] : [[`command:${name}`, { $ref: `#/$defs/${id}` }] as const];
  });
  const document = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "netlabd's JSON documents",
    $defs: { ...definitions, ...Object.fromEntries(references) },
  };
  return `${JSON.stringify(document, null, 1)}\n`;
}

export function documentsPage(): string {
  const shared = Object.entries(sharedSchemas).map(
    ([name, schema]) => `## ${name}\n\n${fieldsOf(jsonSchema(schema))}`,
  );
  const rows = Object.entries(documentSchemas).map(
    ([name, schema]) => `| \`${name}\` | ${shapeOf(schema)} |`,
  );
  return `# JSON documents

<!-- Made by \`npm run reference\`: not to be edited. -->

Each command answers \`--json\` with one document on a line; ${inWords(STREAMS)} with one for each line, entry, look or step.
Times are RFC 3339, sizes bytes, absent is null, and tokens are masked unless \`--show-tokens\` says otherwise. The schemas are in
[documents.schema.json](documents.schema.json) (JSON Schema 2020-12: \`#/$defs/connection\`, \`#/$defs/command:conns\`). Documents may get
more fields; none is taken away. Messages under \`--json\` are documents too, on standard error: [problem](#problem).

| command | document |
|---|---|
${rows.join("\n")}

${inWords(WITHOUT_DOCUMENT)} have none of their own.

${shared.join("\n\n")}
`;
}

function inWords(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  return `${quoted.slice(0, -1).join(", ")} and ${quoted.at(-1)}`;
}

/** A shared document by its name, other ones by their fields. */
function shapeOf(schema: z.ZodType): string {
  const name = Object.entries(sharedSchemas).find(([, shared]) => shared === schema)?.[0];
  if (name) return `[${name}](#${name})`;
  if (schema instanceof z.ZodArray) return `list of ${shapeOf(schema.element as z.ZodType)}`;
  if (schema instanceof z.ZodUnion)
    return schema.options.map((one) => shapeOf(one as z.ZodType)).join(", or ");
  if (schema instanceof z.ZodNullable) return `${shapeOf(schema.unwrap() as z.ZodType)}, or null`;
  if (!(schema instanceof z.ZodObject)) return schema.description ?? "any";
  const keys = Object.keys(schema.shape);
  const base = Object.entries(sharedSchemas).find(([, shared]) => {
    const own = Object.keys(shared.shape);
    return own.length > 2 && own.length < keys.length && own.every((key) => keys.includes(key));
  });
  const more = base ? keys.filter((key) => !(key in base[1].shape)) : keys;
  const fields = more.map((key) => `\`${key}\``).join(" ");
  return base ? `[${base[0]}](#${base[0]}) with ${fields}` : fields;
}

function fieldsOf({ properties = {}, required = [] }: Json): string {
  const rows = Object.entries(properties as Record<string, Json>).map(([key, property]) => {
    const isOptional = (required as readonly string[]).includes(key) ? "" : " (may be absent)";
    return `| \`${key}\` | ${typeOf(property)}${isOptional} | ${description(property)} |`;
  });
  return ["| field | type | |", "|---|---|---|", ...rows].join("\n");
}

const description = (property: Json): string => String(property.description ?? "");

function typeOf(property: Json): string {
  if (Array.isArray(property.enum)) return property.enum.join(", ");
  if (Array.isArray(property.anyOf)) return property.anyOf.map((one) => typeOf(one as Json)).join(" or ");
  if (property.format === "date-time") return "time";
  if (property.type === "array") return `list of ${typeOf((property.items ?? {}) as Json)}`;
  return String(property.type ?? property.const ?? "any");
}
