/**
 * Folder with the grades of a class, of which each file is replaced in one step: whatever ends the grading, also `kill -9`, what is there
 * is whole, and `--resume` goes on from it.
 *
 *   gradebook.csv, gradebook-moodle.csv, gradebook-canvas.csv
 *   index.html            the class
 *   hand-ins/ID.html      a page for each student
 *   results/ID.json       what the others are made of
 *   matrix.html, matrix.csv, matrix-runs.ndjson
 *                         with --matrix: who gets on with whom, and each pair that was played
 *   pseudonyms.csv        with --anonymous: whose is which; its owner's alone
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "csv-stringify/sync";
import { canvasText, gradebookText, moodleText } from "../../class/gradebook.ts";
import { NetlabError } from "../../errors.ts";
import { htmlText } from "../formats/html.ts";
import { html } from "../formats/markup.ts";
import type { Matrix } from "../matrix/matrix.ts";
import { matrixCsv, matrixPage } from "../matrix/matrix-page.ts";
import { replaceFile } from "../replace-file.ts";
import type { Report } from "../report.ts";
import type { Assignment } from "./assignment.ts";
import { classPage } from "./class-page.ts";
import { fileName } from "./file-name.ts";
import type { Graded, GradedLine } from "./graded.ts";
import type { GradedCase } from "./grading.ts";

const SECRET = ".pseudonyms-secret";

export class GradeFolder {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes it; refuses one that has grades already, unless it is to go on with them. */
  async open(isResumed: boolean): Promise<void> {
    await mkdir(this.#at("results"), { recursive: true });
    await mkdir(this.#at("hand-ins"), { recursive: true });
    const names = await readdir(this.#at("results"));
    if (!isResumed && names.some((name) => name.endsWith(".json")))
      throw new NetlabError("grades-exist", { folder: this.folder });
  }

  /** Undefined: there is none of it, or it is not one of ours. */
  async read(shownAs: string): Promise<Graded | undefined> {
    try {
      const graded = JSON.parse(await readFile(this.#result(shownAs), "utf8")) as Graded;
      return graded.format === "netlab-grade/1" ? graded : undefined;
    } catch {
      return undefined;
    }
  }

  async write(
    graded: Graded,
    { title, visibility }: Pick<Assignment, "title" | "visibility">,
  ): Promise<void> {
    await replaceFile(this.#result(graded.shownAs), JSON.stringify(graded));
    if (graded.report === null) return;
    const report = visibility === "verdicts" ? verdictsOf(graded.report) : graded.report;
    const [name, points] = [graded.shownAs, pointsText(graded)];
    // A name that is written from right to left turns nothing around it.
    const shown = html`${title}: <bdi>${name}</bdi>, ${points}`;
    await replaceFile(this.#at(pageOf(graded)), htmlText(report, `${title}: ${name}, ${points}`, shown));
  }

  /** Result and page that were written under this name, and the matrix, in which it stands. */
  async forget(shownAs: string): Promise<void> {
    const result = this.#result(shownAs);
    if (!existsSync(result)) return;
    const matrix = [this.#at("matrix.html"), this.#at("matrix.csv")];
    for (const file of [result, this.#at(pageOf({ shownAs })), ...matrix]) await rm(file, { force: true });
  }

  /** Learning platforms know no pseudonyms: of these there is our own gradebook alone. */
  async writeGradebooks(
    lines: readonly GradedLine[],
    about: Pick<Assignment, "title" | "max"> & { readonly isAnonymous: boolean },
  ): Promise<void> {
    await replaceFile(this.#at("gradebook.csv"), gradebookText(lines));
    const platforms = { "gradebook-moodle.csv": moodleText, "gradebook-canvas.csv": canvasText };
    for (const [name, text] of Object.entries(platforms))
      if (about.isAnonymous) await rm(this.#at(name), { force: true });
      else await replaceFile(this.#at(name), text(lines, about));
  }

  async writeClassPage(
    lines: readonly GradedLine[],
    { title, max }: Assignment,
    cases: readonly GradedCase[],
  ): Promise<void> {
    const link = (line: GradedLine) => (line.submitted === null ? undefined : encodeURI(pageOf(line)));
    await replaceFile(this.#at("index.html"), classPage(lines, { title, max, cases, pageOf: link }));
  }

  /** Pairs of the matrix that were played. */
  get runsFile(): string {
    return this.#at("matrix-runs.ndjson");
  }

  async writeMatrix(matrix: Matrix, title: string): Promise<void> {
    await replaceFile(this.#at("matrix.html"), matrixPage(matrix, title));
    await replaceFile(this.#at("matrix.csv"), matrixCsv(matrix));
  }

  /** Secret of the pseudonyms, made at the first time. */
  async secret(): Promise<string> {
    const known = await this.knownSecret();
    if (known !== undefined) return known;
    const secret = randomBytes(32).toString("hex");
    await this.#writePrivate(this.#at(SECRET), secret);
    return secret;
  }

  /** Undefined: nothing was written with pseudonyms yet. */
  async knownSecret(): Promise<string | undefined> {
    return await readFile(this.#at(SECRET), "utf8").catch(() => undefined);
  }

  async writePseudonyms(names: ReadonlyMap<string, string>): Promise<void> {
    const text = stringify([["id", "pseudonym"], ...names], { escape_formulas: true });
    await this.#writePrivate(this.#at("pseudonyms.csv"), text);
  }

  async #writePrivate(file: string, text: string): Promise<void> {
    await rm(file, { force: true });
    await writeFile(file, text, { mode: 0o600, flag: "wx" });
  }

  #result(shownAs: string): string {
    return this.#at(`results/${fileName(shownAs)}.json`);
  }

  #at(name: string): string {
    return path.join(this.folder, name);
  }
}

const pageOf = ({ shownAs }: Pick<GradedLine, "shownAs">) => `hand-ins/${fileName(shownAs)}.html`;

export const pointsText = ({ points, max }: Pick<Graded, "points" | "max">) =>
  points === null ? "not judged" : `${points} of ${max} points`;

/** Which cases failed, and nothing of the values with which they did. */
function verdictsOf(report: Report): Report {
  const results = report.results.map((result) => ({
    ...result,
    message: "",
    expected: null,
    got: null,
    remarks: [],
    transcript: [],
    output: "",
    again: "",
  }));
  return { ...report, results };
}
