/** Memory of the page's server over a restart, in a file for its owner only: the key of sessions, the links of students, and whether it was on. */
import { randomBytes } from "node:crypto";
import { chmodSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as z from "zod";
import type { WebRequest } from "../lab/lab-web.ts";

const shape = z.object({
  /** Signs sessions and links; 32 bytes. */
  key: z.base64url().min(40),
  /** Serial number and last moment of each student's link. */
  links: z.record(z.string(), z.object({ serial: z.number().int(), until: z.number() })).default({}),
  /** The highest that was given to a student who is forgotten: a link of before stays ended if the student comes back. */
  spentSerial: z.number().int().default(0),
  /** As it was asked for; absent: off. */
  on: z.custom<WebRequest>((value) => typeof value === "object" && value !== null).optional(),
});
type Kept = z.output<typeof shape>;

export const webFile = (dataFolder: string): string => path.join(dataFolder, "web.json");

export class WebMemory {
  readonly #file: string;
  #kept: Kept;

  constructor(dataFolder: string) {
    this.#file = webFile(dataFolder);
    const kept = readKept(this.#file);
    this.#kept = kept ?? { key: newKey(), links: {}, spentSerial: 0 };
    // A key that signs is on disk before.
    if (!kept) this.#keep(this.#kept);
  }

  get key(): Buffer {
    return Buffer.from(this.#kept.key, "base64url");
  }

  get on(): WebRequest | undefined {
    return this.#kept.on;
  }

  keepOn(on: WebRequest | undefined): void {
    const { on: _, ...others } = this.#kept;
    this.#keep(on ? { ...others, on } : others);
  }

  link(label: string): { readonly serial: number; readonly until: number } | undefined {
    return Object.hasOwn(this.#kept.links, label) ? this.#kept.links[label] : undefined;
  }

  /** All earlier links of this student end. `until` undefined: and there is none now. */
  newLink(label: string, until: number): { readonly serial: number; readonly until: number } {
    const link = { serial: this.#nextSerial(label), until };
    this.#keep({ ...this.#kept, links: { ...this.#kept.links, [label]: link } });
    return link;
  }

  /** Links for those students who have none in force: one write for all, because each waits for the disk. */
  addLinks(labels: readonly string[], until: number, now: number): void {
    const lacking = labels.filter((label) => (this.link(label)?.until ?? 0) <= now);
    if (lacking.length === 0) return;
    const added = lacking.map((label) => [label, { serial: this.#nextSerial(label), until }]);
    this.#keep({ ...this.#kept, links: { ...this.#kept.links, ...Object.fromEntries(added) } });
  }

  #nextSerial(label: string): number {
    return (this.link(label)?.serial ?? this.#kept.spentSerial) + 1;
  }

  /** Ends the links of students of whom nothing is to be kept. Answers whether there was one. */
  forgetLinks(labels: readonly string[]): boolean {
    const links = Object.entries(this.#kept.links);
    const isGone = ([label]: readonly [string, unknown]) => labels.includes(label);
    const spent = links.filter(isGone).map(([, { serial }]) => serial);
    if (spent.length === 0) return false;
    this.#keep({
      ...this.#kept,
      links: Object.fromEntries(links.filter((one) => !isGone(one))),
      spentSerial: Math.max(this.#kept.spentSerial, ...spent),
    });
    return true;
  }

  /** Ends every session and every link. */
  newKey(): void {
    this.#keep({ ...this.#kept, key: newKey(), links: {} });
  }

  #keep(kept: Kept): void {
    this.#kept = kept;
    const part = `${this.#file}.part`;
    writeFileSync(part, `${JSON.stringify(kept)}\n`, { mode: 0o600, flush: true });
    // A file that was there before keeps the mode that it had.
    chmodSync(part, 0o600);
    renameSync(part, this.#file);
  }
}

const newKey = () => randomBytes(32).toString("base64url");

/** Undefined where there is none, or it cannot be read: then every session of before has ended. */
function readKept(file: string): Kept | undefined {
  try {
    return shape.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}
