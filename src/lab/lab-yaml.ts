/**
 * Lab files: which roles a daemon plays, declared in YAML. Everything is checked before anything starts, and an error
 * names file, line and the nearest known word.
 *
 *   title: Files
 *   book: names.csv
 *   roles:
 *     - role: bootstrap
 *     - role: file-server
 *       service: pdf
 *       token: server2
 *       port: 1237
 *     - role: ./my-role.ts
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { parseOptions, schemaOf, suggestion } from "../catalogue/instance-options.ts";
import { playedRole } from "../catalogue/played-role.ts";
import type { RoleTable } from "../catalogue/role-folder.ts";
import { messageOf, NetlabError } from "../errors.ts";
import { osCode } from "../os/os-errors.ts";
import { keepIn } from "./keep-yaml.ts";
import type { LabFault } from "./lab-faults.ts";
import type { LabFile, LabRole } from "./lab-file.ts";

/** A lab file that is YAML, before its roles are known. */
export interface OpenLabFile {
  readonly file: string;
  readonly document: Document;
  readonly top: Top;
  readonly place: Place;
}

/** Throws a sentence that says what to do where it cannot be read, or is wrong. */
export const readLabFile = (file: string, roles: RoleTable): LabFile => labOf(openLabFile(file), roles);

/** The same in two steps, for a lab that brings roles: see `bringRoles`. */
export function openLabFile(file: string): OpenLabFile {
  let source: string;
  try {
    source = readFileSync(file, "utf8");
  } catch (error) {
    throw new NetlabError("bad-lab-file/not-read", { why: whyNotRead(error, file) }, { cause: error });
  }
  return openedLabFile(source, file);
}

function whyNotRead(error: unknown, file: string): string {
  switch (osCode(error)) {
    case "ENOENT":
    case "ENOTDIR":
      return `there is no lab file ${file}: name another with --lab; a bare name such as --lab files is one that comes with netlabd`;
    case "EISDIR":
      return `${file} is a folder: name a lab file in it with --lab`;
    case "EACCES":
      return `you may not read the lab file ${file} (EACCES): change its mode, or name another with --lab`;
    default:
      return `cannot read the lab file ${file}: ${messageOf(error)}; name another with --lab`;
  }
}

export const parseLabFile = (source: string, file: string, roles: RoleTable): LabFile =>
  labOf(openedLabFile(source, file), roles);

function openedLabFile(source: string, file: string): OpenLabFile {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines });
  const [error] = document.errors;
  const short = path.basename(file);
  if (error) {
    throw new NetlabError("bad-lab-file/bad-line", {
      file: short,
      line: error.linePos?.[0].line ?? 1,
      // The line stands before it already.
      why: (error.message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, ""),
    });
  }
  const place = (node: unknown): string => {
    const offset = (node as Node | null)?.range?.[0];
    return offset === undefined ? short : `${short}:${lines.linePos(offset).line}`;
  };
  return { file, document, top: readTop(document, place, short), place };
}

/** `brought`: roles from files of the user's, by the words that name them. */
export function labOf(
  { file, document, top, place }: OpenLabFile,
  roles: RoleTable,
  brought: RoleTable = new Map(),
): LabFile {
  const { title, book, keep, entries } = top;
  const reading: Reading = { document, roles, brought, place };
  return {
    name: path.basename(file).replace(/\.ya?ml$/, ""),
    title,
    file,
    ...(keep ? { keep } : {}),
    book: book === undefined ? undefined : path.resolve(path.dirname(file), book),
    roles: entries.map((entry) => readRole(entry, reading)),
    brought: [...new Set(brought.values())],
  };
}

export type Place = (node: unknown) => string;

export interface Reading {
  readonly document: Document;
  readonly roles: RoleTable;
  /** By the word that names them. */
  readonly brought: RoleTable;
  readonly place: Place;
  /** Fills in what differs from student to student, for a first look at an entry. */
  readonly fill?: (given: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

const TOP_KEYS = ["title", "book", "roles", "keep"];
/** Of a class: see class-yaml.ts. */
const CLASS_KEYS = ["roster", "class", "each", "groups", "shared"];
/** Lists of roles, each an entry as in `roles:`. */
export const CLASS_LISTS = ["each", "groups", "shared"];

export interface Top {
  readonly title: string | undefined;
  /** As written: relative to the lab file. */
  readonly book: string | undefined;
  /** How long evidence is kept. */
  readonly keep: LabFile["keep"];
  readonly entries: readonly unknown[];
  /** Sections of a class, by their keys: values of the file, lists as their items. Empty: it is no class lab. */
  readonly sections: ReadonlyMap<string, unknown>;
}

function readTop(document: Document, place: Place, short: string): Top {
  const top = document.contents;
  if (!isMap(top)) throw new NetlabError("bad-lab-file/no-top", { file: short });
  const values = new Map<string, unknown>();
  for (const { key, value } of top.items) values.set(readKey(key, value, place), value);
  const list = (word: string) => (values.get(word) as YAMLSeq | undefined)?.items ?? [];
  const text = (word: string) => {
    const value = values.get(word);
    return value === undefined ? undefined : String(isScalar(value) ? value.value : value);
  };
  const sections = CLASS_KEYS.filter((word) => values.has(word)).map(
    (word) => [word, CLASS_LISTS.includes(word) ? list(word) : values.get(word)] as const,
  );
  const keep = keepIn(values.get("keep"), place);
  return {
    title: text("title"),
    book: text("book"),
    keep,
    entries: list("roles"),
    sections: new Map(sections),
  };
}

/** Throws where it is no key of a lab file, or its value is no list where one is due. */
function readKey(key: unknown, value: unknown, place: Place): string {
  const word = String(isScalar(key) ? key.value : key);
  const known = [...TOP_KEYS, ...CLASS_KEYS];
  if (!known.includes(word))
    throw new NetlabError("bad-lab-file/unknown-key", {
      place: place(key),
      key: word,
      hint: suggestion(word, known),
    });
  if (["roles", ...CLASS_LISTS].includes(word) && !isSeq(value))
    throw new NetlabError("bad-lab-file/no-list", { place: place(key), key: word });
  return word;
}

/** `besides`: keys of the entry that are no option of its role. */
export function readRole(entry: unknown, reading: Reading, besides: readonly string[] = []): LabRole {
  const { roles, brought, place, fill = (asWritten) => asWritten } = reading;
  if (!isMap(entry)) throw new NetlabError("bad-lab-file/no-entry", { place: place(entry) });
  const roleName = entry.get("role");
  const role = typeof roleName === "string" ? (brought.get(roleName) ?? roles.get(roleName)) : undefined;
  if (!role) {
    const hint = typeof roleName === "string" ? suggestion(roleName, [...roles.keys()]) : "";
    const at = place(entry.get("role", true) ?? entry);
    throw roleName === undefined
      ? new NetlabError("bad-lab-file/no-role", { place: at, hint })
      : new NetlabError("bad-lab-file/unknown-role", { place: at, name: roleName as string, hint });
  }
  const given = readOptions(entry, Object.keys(schemaOf(role).shape), reading, besides);
  try {
    playedRole(role, parseOptions(role, fill(given)), new Map([...roles, ...brought]));
  } catch (error) {
    throw new NetlabError(
      "bad-lab-file/bad-entry",
      { place: place(entry), why: messageOf(error) },
      { cause: error },
    );
  }
  const faults = readFaults(entry, reading);
  return { role: role.name, given, ...(faults.length > 0 ? { faults } : {}) };
}

/** Lines of `faults:`, as `fault add` takes them behind the role. */
function readFaults(entry: YAMLMap, { place }: Reading): LabFault[] {
  const list = entry.get("faults", true) as unknown;
  if (list === undefined) return [];
  if (!isSeq(list)) throw noFaultList(place(list));
  return list.items.map((item) => {
    if (!isScalar(item) || typeof item.value !== "string") throw noFaultList(place(item));
    return { words: item.value, place: place(item) };
  });
}

/** Options may be written `max-message` as on the command line, or `maxMessage`. */
function readOptions(
  entry: YAMLMap,
  known: readonly string[],
  { document, place }: Reading,
  besides: readonly string[],
): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const { key, value } of entry.items) {
    const word = String(isScalar(key) ? key.value : key);
    if (word === "role" || word === "faults" || besides.includes(word)) continue;
    const option = word.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
    if (!known.includes(option)) {
      throw new NetlabError("bad-lab-file/unknown-key", {
        place: place(key),
        key: word,
        hint: suggestion(option, known),
      });
    }
    given[option] = (value as Node | null)?.toJS(document);
  }
  return given;
}

const noFaultList = (place: string) =>
  new NetlabError("bad-lab-file/bad-entry", {
    place,
    why: "faults: must be a list of texts, e.g. - latency=100ms",
  });
