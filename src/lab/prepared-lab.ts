/**
 * Shipped labs as the build has read them (scripts/prepare-labs.ts): their roles, and the names in their books, as JSON. Reading YAML
 * and CSV is a tenth of a start. One holds as long as both files are to the letter what it was made of: who edits one is heard.
 */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { codeSubfolder } from "../places.ts";
import type { Row } from "./address-csv.ts";
import type { LabFile, LabRole } from "./lab-file.ts";

export interface PreparedLab {
  readonly title: string | undefined;
  readonly roles: readonly LabRole[];
  /** As written in the lab file. */
  readonly book?: string | undefined;
  readonly bookRows?: readonly Row[] | undefined;
  /** Of the lab file, and of its book. */
  readonly sources: { readonly lab: string; readonly book?: string | undefined };
}

/** Undefined where none was made of it, or it is not what it was: it is to be read. `folder`: where they were put. */
export function preparedLab(file: string, folder: string = codeSubfolder("labs")): LabFile | undefined {
  const name = path.basename(file, ".yaml");
  const made = path.join(folder, `${name}.json`);
  if (!existsSync(made) || !existsSync(file)) return undefined;
  const { title, roles, book, bookRows, sources } = JSON.parse(readFileSync(made, "utf8")) as PreparedLab;
  if (readFileSync(file, "utf8") !== sources.lab) return undefined;
  const lab = { name, title, file, roles, brought: [] };
  if (book === undefined) return lab;
  const bookFile = path.resolve(path.dirname(file), book);
  const isSame = bookRows && existsSync(bookFile) && readFileSync(bookFile, "utf8") === sources.book;
  return { ...lab, book: bookFile, ...(isSame ? { bookRows } : {}) };
}
