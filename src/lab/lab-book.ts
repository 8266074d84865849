/** The address book that a lab file names: read whole or not at all, with the line of a mistake. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { messageOf, NetlabError } from "../errors.ts";
import { parseAddresses, type Row } from "./address-csv.ts";

/** Throws a sentence that names the file, and the line where there is one. */
export function readBook(file: string): Row[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new NetlabError("bad-lab-file/book-not-read", { file, why: messageOf(error) }, { cause: error });
  }
  const { rows, bad } = parseAddresses(text);
  const [first] = bad;
  if (first)
    throw new NetlabError("bad-lab-file/bad-line", {
      file: path.basename(file),
      line: first.line,
      why: first.why,
    });
  return rows;
}
