/** Each mistake is made by a program against the real daemon, and gets its own diagnosis and no other. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { diagnoses } from "../../src/diagnoses/table.ts";
import type { LabInstance } from "../../src/lab/lab.ts";
import { wireRules } from "../../src/wire-rules.ts";
import { eventually } from "../e2e/eventually.ts";
import { freePort } from "../e2e/free-ports.ts";
import { hasPython } from "../roles/python-peer.ts";
import { expectsToBeRead } from "./card-size.ts";
import { DiagnosisLab } from "./lab.ts";
import { type Mistake, mistakes } from "./mistakes.ts";
import { expectsToRunAsPrinted } from "./printed-commands.ts";
import { doingOf, programOf } from "./programs.ts";

const root = path.join(import.meta.dirname, "../..");
const fileOf = (name: string) => `mistakes/${name.replaceAll("-", "_")}.py`;
const swapped = (port: number) => ((port & 0xff) << 8) | (port >> 8);

/** Both it and its swapped one are below the ports that the system hands out, and above those that need a right. */
async function swappablePort(): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (swapped(port) > 5_000 && swapped(port) < 32_000) return port;
  }
}

describe.skipIf(!hasPython)("a program that makes the mistake (skipped without python3)", () => {
  const lab = new DiagnosisLab();
  lab.use();

  async function makes({ id, role, given, isInputOpen = false, isSwappable, isServer }: Mistake) {
    const { name = "" } = diagnoses.find((one) => one.id === id) ?? {};
    const port = isSwappable ? await swappablePort() : 0;
    if (!isServer) {
      const instance = await lab.spawn(role, { ...given, port });
      lab.python(fileOf(name), [instance.port], { isInputOpen, input: "" });
      return instance;
    }
    const server = lab.python(fileOf(name), [port], { isInputOpen, input: "" });
    const listens = await lab.listens(server);
    return lab.spawn(role, { ...given, ...clientOf(role, port || listens) });
  }

  async function isTold(mistake: Mistake): Promise<void> {
    const instance = await makes(mistake);
    if (mistake.role === "calculator-client") await lab.say(instance, "15 + 35");
    if (mistake.laterMs) await waits(instance, mistake);
    await eventually(async () => expect(await found(instance)).toEqual([mistake.id]));
    await isStill(instance);
    expect(await found(instance)).toEqual([mistake.id]);
    const told = await lab.run(`explain ${lab.stories(instance.id).at(-1)?.subject.id}`);
    expect(told.out).toContain(`${mistake.id}  `);
    expectsToBeRead(told.out);
    await printsWhatRuns(instance);
    await isTheSameAgain(instance);
  }

  // Hours pass for all of them at once: those that wait come one after another, when the others are done.
  it.concurrent.each(mistakes.filter(({ laterMs }) => !laterMs))("$id is told so, in a $role", isTold);
  it.each(mistakes.filter(({ laterMs }) => laterMs))("$id is told so, in a $role", isTold);

  /** What a card tells somebody to type exists. */
  async function printsWhatRuns({ id }: LabInstance): Promise<void> {
    const story = lab.stories(id).at(-1);
    const cards = story ? (await lab.explain(story)).diagnoses : [];
    for (const { cause, advice, reproduce } of cards)
      await expectsToRunAsPrinted([cause, ...advice].join("\n"), reproduce, lab.daemon.lab);
  }

  /** Whatever the peer did, the same machine does the same again. */
  async function isTheSameAgain({ id }: LabInstance): Promise<void> {
    for (const { subject, entries } of lab.stories(id)) {
      const isTurnedAway = entries.some(
        (entry) => entry.kind === "refused" && entry.cause.code === "too-many-connections",
      );
      const { out, err } = await lab.run(`replay ${subject.id}`);
      if (isTurnedAway) expect(err).toContain("was refused before a role read anything from it");
      else expect(out).toContain("the same machine, the same transitions");
    }
  }

  const clientOf = (role: string, port: number) =>
    role === "file-client" ? { server: `127.0.0.1:${port}` } : { port };

  /** It has said all it will say, and only then time goes on. */
  async function waits({ id }: LabInstance, { laterMs = 0 }: Mistake): Promise<void> {
    await eventually(async () =>
      expect(lab.stories(id).at(-1)?.bytesIn || lab.stories(id).at(-1)?.bytesOut).toBeTruthy(),
    );
    await isStill({ id });
    lab.clock.push(laterMs);
  }

  /** Nothing has been added to its story for a while. */
  async function isStill({ id }: Pick<LabInstance, "id">): Promise<void> {
    let before = -1;
    await eventually(async () => {
      const now = lab.stories(id).flatMap(({ entries }) => entries).length;
      const isSame = now === before;
      before = now;
      await new Promise((resolve) => setTimeout(resolve, 60));
      expect(isSame).toBe(true);
    });
  }

  async function found({ id }: LabInstance): Promise<string[]> {
    const story = lab.stories(id).at(-1);
    return story ? (await lab.explain(story)).diagnoses.map((card) => card.id) : [];
  }
});

describe("the table of diagnoses", () => {
  it("has ids that are used once, in order, and a mistake for each", () => {
    expect(diagnoses.filter((one) => programOf(one) === undefined)).toEqual([]);
    expect(new Set(diagnoses.map(({ id }) => id)).size).toBe(diagnoses.length);
    expect(diagnoses.map(({ id }) => id)).toEqual(diagnoses.map(({ id }) => id).sort());
  });

  it("has a program for each, and no program that belongs to none", () => {
    const programs = readdirSync(path.join(root, "test/peers/mistakes")).filter((name) =>
      /^[^_].*\.py$/.test(name),
    );
    const named = diagnoses.map((one) => programOf(one)).filter((program) => !program?.includes("/"));
    expect(programs.sort()).toEqual(named.sort());
  });

  it("names rules that docs/wire.md has", () => {
    const sources = readdirSync(path.join(root, "src/diagnoses")).map((name) =>
      readFileSync(path.join(root, "src/diagnoses", name), "utf8"),
    );
    const named = sources
      .flatMap((source) => source.match(/"[A-Z]+-\d+"/g) ?? [])
      .map((id) => id.slice(1, -1));
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((id) => !id.startsWith("UTF-") && !wireRules().has(id))).toEqual([]);
  });
});

describe("docs/diagnoses.md", () => {
  const page = readFileSync(path.join(root, "docs/diagnoses.md"), "utf8");

  it("lists every diagnosis, with its level, its title and what its program does", () => {
    const rows = page.split("\n").filter((line) => /^\| D\d/.test(line));
    const expected = diagnoses.map((diagnosis) => {
      const { id, level, hasOwnLevel, title } = diagnosis;
      const levels = hasOwnLevel ? "note or violation" : level;
      return `| ${id} | ${levels} | ${title} | ${doingOf(programOf(diagnosis) ?? "")} |`;
    });
    expect(rows).toEqual(expected);
  });
});
