/**
 * A Lua program for Wireshark that knows the messages of these roles: their forms as tables, before what all dissectors have in common
 * (`data/wireshark/`, in the order of `PARTS`). Pure but for reading those.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Role } from "../machines/_role.ts";
import { packageData } from "../places.ts";
import type { MessageForm, Speaker, WireForm } from "../wire/wire-form.ts";

/** Parts of the Lua program, each using those before it. */
const PARTS = ["texts", "readers", "records", "segments", "tree"];

/** A role whose messages are told as data. */
export interface DissectedRole {
  readonly role: Role;
  readonly form: WireForm;
  /** Ports on which Wireshark is to look for it. */
  readonly ports: readonly number[];
}

export function dissectorLua(roles: readonly DissectedRole[], version: string): string {
  const head = [
    `-- Dissectors of netlabd ${version}, written by: netlabctl dissector`,
    `-- For ${roles.map(({ role }) => role.name).join(", ")}. To try it: tshark -X lua_script:THIS_FILE -r FILE`,
    "",
    `local roles = ${lua(roles.map(roleTable))}`,
    "",
  ];
  const parts = PARTS.map((part) => readFileSync(path.join(packageData, "wireshark", `${part}.lua`), "utf8"));
  return [...head, ...parts].join("\n");
}

function roleTable({ role: { name, transport }, form, ports }: DissectedRole) {
  const { title, trims = "both", fields, client, server } = form;
  return {
    name,
    title,
    transport,
    ports: ports.join(","),
    trims,
    fields,
    client: statesTable(client),
    server: statesTable(server),
  };
}

/** States by name, and which of them is first: a table of Lua has no order. */
function statesTable(states: WireForm[Speaker]) {
  const [first = ""] = Object.keys(states);
  return {
    first,
    states: Object.fromEntries(Object.entries(states).map(([name, forms]) => [name, forms.map(formTable)])),
  };
}

function formTable(form: MessageForm): unknown {
  if ("text" in form) {
    const { text, repeats, ...rest } = form;
    if (repeats === undefined) return { ...rest, text: partsOf(text) };
    return { ...rest, text: repeated(text, repeats), repeats: repeated(repeats, repeats) };
  }
  if ("carries" in form) return { ...form, carries: form.carries.map(formTable) };
  return form;
}

interface FieldPart {
  readonly field: string;
  readonly isToLast?: true;
  /** Begins what may come behind the whole pattern. */
  readonly delimiter?: string;
}

type Part = string | FieldPart | { readonly isBlank: true };

/** A pattern that others may follow, each of which begins with the same sign. */
function repeated(pattern: string, next: string): Part[] {
  const [delimiter] = partsOf(next);
  const parts = partsOf(pattern);
  const last = parts.pop();
  if (typeof delimiter !== "string" || typeof last !== "object" || !("field" in last))
    return partsOf(pattern);
  return [...parts, { ...last, delimiter }];
}

/** A pattern as its parts: what it says itself, its fields, its white space. */
export function partsOf(pattern: string): Part[] {
  return pattern
    .split(/(\{[^}]*\})/)
    .filter((part) => part !== "")
    .map((part) => {
      if (!part.startsWith("{")) return part;
      const name = part.slice(1, -1);
      if (name === " ") return { isBlank: true };
      return name.endsWith("...") ? { field: name.slice(0, -3), isToLast: true } : { field: name };
    });
}

/** A value as Lua writes it. */
function lua(value: unknown, indent = ""): string {
  if (typeof value === "string") return luaString(value);
  if (typeof value !== "object" || value === null) return String(value);
  const inner = `${indent}  `;
  const items = Array.isArray(value)
    ? value.map((item) => lua(item, inner))
    : Object.entries(value).map(([key, item]) => `[${luaString(key)}] = ${lua(item, inner)}`);
  const line = `{ ${items.join(", ")} }`;
  if (line.length + indent.length <= 120 && !line.includes("\n")) return items.length === 0 ? "{}" : line;
  return `{\n${items.map((item) => `${inner}${item},\n`).join("")}${indent}}`;
}

/** Bytes that are no plain ASCII are told by number. */
const luaString = (text: string) =>
  `"${[...Buffer.from(text)]
    .map((byte) => {
      const sign = String.fromCharCode(byte);
      if (sign === '"' || sign === "\\") return `\\${sign}`;
      return byte < 0x20 || byte > 0x7e ? `\\${String(byte).padStart(3, "0")}` : sign;
    })
    .join("")}"`;
