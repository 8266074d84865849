/**
 * The class of a lab file: who is in it, and what each student gets. Loaded where a lab file has one.
 *
 *   roster: ./roster.csv
 *   class:
 *     ports: 21000-22999
 *   each:
 *     - role: calculator
 *     - role: bootstrap
 *     - { role: file-server, service: pdf, token: "{token}", bootstrap: "localhost:{port.bootstrap}" }
 *   groups:
 *     - role: chat
 *   shared:
 *     - { role: chat, port: 4390, identify: login }
 */
import path from "node:path";
import { isMap, isScalar, type Node } from "yaml";
import { explainIssues } from "../catalogue/instance-options.ts";
import type { RoleTable } from "../catalogue/role-folder.ts";
import type { ClassText, SharedTemplate } from "../class/class-file.ts";
import { filled, GROUP_PLACES, ownNames, PLACES, PORT_OF, placesIn } from "../class/class-plan.ts";
import { type ClassSettings, classSettings, type Identity, identities } from "../class/class-settings.ts";
import { NetlabError } from "../errors.ts";
import type { LabRole } from "./lab-file.ts";
import { type OpenLabFile, type Reading, readRole } from "./lab-yaml.ts";

/** For the first look at an entry, before it is known who there is. */
const SAMPLE = { id: "s001", slot: "0", token: "a234567890", seed: "1", files: "downloads", group: "A" };
const SAMPLE_PORT = "20001";

/** The class as it is written. Throws with the place of what is wrong. */
export function classTextOf(open: OpenLabFile, roles: RoleTable, brought: RoleTable): ClassText {
  const { document, place, top, file } = open;
  const reading: Reading = { document, roles, brought, place };
  const settings = settingsOf(open);
  const entries = (key: string) => (top.sections.get(key) ?? []) as unknown[];
  const each = listOf("each", entries("each"), reading);
  const groups = listOf("groups", entries("groups"), reading);
  return {
    lab: path.basename(file).replace(/\.ya?ml$/, ""),
    title: top.title,
    roster: rosterFile(open),
    settings,
    each: entries("each").map((entry) => {
      checkPlaces(entry, each, settings);
      const template = readRole(entry, each.reading);
      checkOwn(template, place(entry));
      return template;
    }),
    groups: entries("groups").map((entry) => {
      checkPlaces(entry, groups, settings);
      const template = sharedTemplate(entry, groups.reading, settings.identify);
      if (template.given.port !== undefined)
        throw new NetlabError("bad-class/group-port", { place: place(entry) });
      return template;
    }),
    shared: entries("shared").map((entry) => sharedTemplate(entry, reading, settings.identify)),
  };
}

/** A list of the file, and what stands in braces there. */
interface OwnList {
  readonly key: "each" | "groups";
  /** Names of its roles, in the words of `{port.…}`. */
  readonly names: readonly string[];
  readonly reading: Reading;
}

/** Roles are known by their words, so that an entry may name one that stands below it. */
function listOf(key: OwnList["key"], entries: readonly unknown[], reading: Reading): OwnList {
  const { roles, brought } = reading;
  const words = entries.map((entry) => String(isMap(entry) ? entry.get("role") : ""));
  const names = ownNames(
    words.map((word) => ({ role: (brought.get(word) ?? roles.get(word))?.name ?? word })),
  );
  const ports = Object.fromEntries(names.map((name) => [`${PORT_OF}${name}`, SAMPLE_PORT]));
  return { key, names, reading: { ...reading, fill: (given) => filled(given, { ...SAMPLE, ...ports }) } };
}

/** Refuses words in braces that stand for nothing there. */
function checkPlaces(entry: unknown, list: OwnList, settings: ClassSettings): void {
  if (!isMap(entry)) return;
  const { document, place } = list.reading;
  const { role: _role, faults: _faults, ...given } = entry.toJS(document) as Record<string, unknown>;
  for (const word of placesIn(JSON.stringify(given))) {
    const error = word.startsWith(PORT_OF)
      ? portError(word, place(entry), list, settings)
      : placeError(word, place(entry), list, settings);
    if (error) throw error;
  }
}

const braced = (words: readonly string[]) => words.map((word) => `{${word}}`);

function portError(word: string, place: string, { key, names }: OwnList, settings: ClassSettings) {
  const known = names.map((name) => `${PORT_OF}${name}`);
  if (!known.includes(word))
    return new NetlabError("bad-class/no-port-of", {
      place,
      word: `{${word}}`,
      list: key,
      known: braced(known),
    });
  const [ports, option, example] =
    key === "each"
      ? [settings.ports, "ports", "21000-22999"]
      : [settings.groupPorts, "group-ports", "20900-20999"];
  if (ports) return undefined;
  return new NetlabError("bad-class/no-fixed-port", { place, word: `{${word}}`, key: option, example });
}

function placeError(word: string, place: string, { key }: OwnList, { files }: ClassSettings) {
  const known: readonly string[] = key === "each" ? PLACES : GROUP_PLACES;
  if (!known.includes(word)) {
    const whose = key === "each" ? "student" : "group";
    return new NetlabError("bad-class/no-place", { place, word: `{${word}}`, whose, known: braced(known) });
  }
  if (word !== "files" || files !== undefined) return undefined;
  return new NetlabError("bad-class/no-files", { place, places: "{files}" });
}

/** Refuses what the roster decides, said by an entry. */
function checkOwn({ given }: LabRole, place: string): void {
  for (const option of ["name", "label"])
    if (given[option] !== undefined) throw new NetlabError("bad-class/own-name", { place, option });
  if (given.port !== undefined && given.port !== 0) throw new NetlabError("bad-class/own-port", { place });
}

/** An entry with `identify:` beside its role's own options. */
function sharedTemplate(entry: unknown, reading: Reading, usual: Identity): SharedTemplate {
  if (!isMap(entry)) return { ...readRole(entry, reading), identify: usual };
  const node = entry.get("identify", true) as unknown;
  const word = isScalar(node) ? String(node.value) : usual;
  const identify = identities.find((one) => one === word);
  if (!identify)
    throw new NetlabError("bad-lab-file/bad-entry", {
      place: reading.place(node),
      why: `identify: is one of ${identities.join(", ")}`,
    });
  return { ...readRole(entry, reading, ["identify"]), identify };
}

function rosterFile({ file, place, top }: OpenLabFile): string {
  const node = top.sections.get("roster");
  if (isScalar(node) && typeof node.value === "string") return path.resolve(path.dirname(file), node.value);
  const at = node === undefined ? path.basename(file) : place(node);
  throw new NetlabError("bad-lab-file/bad-entry", {
    place: at,
    why: "a class needs roster: and a CSV file, e.g. roster: ./roster.csv",
  });
}

/** Settings may be written `per-student` as options are, or `perStudent`. */
function settingsOf({ document, file, place, top }: OpenLabFile): ClassSettings {
  const node = top.sections.get("class");
  const at = node === undefined ? path.basename(file) : place(node);
  const written = ((node as Node | undefined)?.toJS(document) ?? {}) as unknown;
  if (typeof written !== "object" || written === null || Array.isArray(written))
    throw new NetlabError("bad-class/settings", { place: at, why: "must be a map, e.g. ports: 21000-22999" });
  if ("keep" in written)
    throw new NetlabError("bad-class/settings", {
      place: at,
      why: "keep: stands at the top of the lab file, beside class:, e.g. keep: { journal: 15w }",
    });
  const { success, data, error } = classSettings.safeParse(camelKeys(written));
  if (!success) {
    const known = Object.keys(classSettings.shape).map(dashed);
    const why = explainIssues(error, known, dashed).replaceAll("unknown option", "unknown key");
    throw new NetlabError("bad-class/settings", { place: at, why });
  }
  return data.files === undefined ? data : { ...data, files: path.resolve(path.dirname(file), data.files) };
}

const camelKeys = (map: object) =>
  Object.fromEntries(
    Object.entries(map).map(([key, value]) => [
      key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value as unknown,
    ]),
  );
const dashed = (key: string) => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
