/**
 * The class of a lab file: who is in it, and what each student gets. Loaded where a lab file has one.
 *
 *   roster: ./roster.csv
 *   class:
 *     ports: 21000-22999
 *   each:
 *     - role: calculator
 *     - { role: file-server, service: pdf, token: "{token}" }
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
import { filled, PLACES } from "../class/class-plan.ts";
import { type ClassSettings, classSettings, type Identity, identities } from "../class/class-settings.ts";
import { NetlabError } from "../errors.ts";
import type { LabRole } from "./lab-file.ts";
import { type OpenLabFile, type Reading, readRole } from "./lab-yaml.ts";

/** For the first look at an entry, before it is known who there is. */
const SAMPLE = { id: "s001", slot: "0", token: "a234567890", seed: "1", files: "downloads", group: "A" };

/** The class as it is written. Throws with the place of what is wrong. */
export function classTextOf(open: OpenLabFile, roles: RoleTable, brought: RoleTable): ClassText {
  const { document, place, top, file } = open;
  const reading: Reading = { document, roles, brought, place, fill: (given) => filled(given, SAMPLE) };
  const settings = settingsOf(open);
  const entries = (key: string) => (top.sections.get(key) ?? []) as unknown[];
  return {
    lab: path.basename(file).replace(/\.ya?ml$/, ""),
    title: top.title,
    roster: rosterFile(open),
    settings,
    each: entries("each").map((entry) => {
      const template = readRole(entry, reading);
      checkOwn(template, settings, place(entry));
      return template;
    }),
    groups: entries("groups").map((entry) => {
      const template = sharedTemplate(entry, reading, settings.identify);
      if (template.given.port !== undefined)
        throw new NetlabError("bad-class/group-port", { place: place(entry) });
      return template;
    }),
    shared: entries("shared").map((entry) => sharedTemplate(entry, reading, settings.identify)),
  };
}

/** Refuses what the roster decides, said by an entry. */
function checkOwn({ given }: LabRole, { files }: ClassSettings, place: string): void {
  for (const option of ["name", "label"])
    if (given[option] !== undefined) throw new NetlabError("bad-class/own-name", { place, option });
  if (given.port !== undefined && given.port !== 0) throw new NetlabError("bad-class/own-port", { place });
  const words = JSON.stringify(given);
  if (words.includes("{files}") && files === undefined)
    throw new NetlabError("bad-class/no-files", { place, places: "{files}" });
  const [, unknown] = [...words.matchAll(/\{(\w+)\}/g)].find(([, word = ""]) => !isPlace(word)) ?? [];
  if (unknown !== undefined)
    throw new NetlabError("bad-class/no-place", {
      place,
      word: `{${unknown}}`,
      known: PLACES.map((one) => `{${one}}`),
    });
}

const isPlace = (word: string) => PLACES.some((known) => known === word);

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
    const why = explainIssues(error, known, (key) => `${dashed(key)}:`).replaceAll(
      "unknown option",
      "unknown key",
    );
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
