/** The address book that a lab file names: read whole or not at all, with the line of a mistake. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { messageOf, NetlabError } from "./errors.ts";
import { parseAddresses, type Row } from "./repl/address-csv.ts";

/** Throws a sentence that names the file, and the line where there is one. */
export function readBook(file: string): Row[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const sentence = `cannot read the book ${file} that the lab file names: ${messageOf(error)}`;
    throw new NetlabError("bad-lab-file", sentence, { cause: error });
  }
  const { rows, bad } = parseAddresses(text);
  const [first] = bad;
  if (first) throw new NetlabError("bad-lab-file", `${path.basename(file)}:${first.line}: ${first.why}`);
  return rows;
}
