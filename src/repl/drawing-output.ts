/** `--format` and `--out` of what draws: for which program, and into which file. */
import path from "node:path";
import * as z from "zod";
import { NetlabError } from "../errors.ts";
import { printable } from "../printable.ts";
import type { Call } from "./command.ts";
import { styleOf } from "./style.ts";

/** Formats by the ending of a file's name. */
const BY_ENDING: Readonly<Record<string, string>> = {
  svg: "svg",
  mmd: "mermaid",
  mermaid: "mermaid",
  dot: "dot",
  gv: "dot",
  json: "json",
  txt: "text",
};

export const outOption = z
  .string()
  .min(1)
  .optional()
  .describe("write it to this file; without --format its ending chooses the format");

/** Throws where the ending means a format that there is none of here. */
export function formatOf<Format extends string>(
  name: string,
  { format, out }: { readonly format?: Format | undefined; readonly out?: string | undefined },
  formats: readonly Format[],
): Format {
  if (format !== undefined) return format;
  const meant = BY_ENDING[/\.(\w+)$/.exec(out ?? "")?.[1]?.toLowerCase() ?? "txt"];
  const found = formats.find((one) => one === meant);
  if (found !== undefined) return found;
  throw new NetlabError("usage/drawing-ending", {
    command: name,
    ending: path.extname(String(out)) || String(out),
    formats: oneOf(formats),
  });
}

/** Into the file that was named, on the operator's side, or to the reader. */
export async function deliver(
  { out, writeFile }: Pick<Call<unknown>, "out" | "writeFile">,
  file: string | undefined,
  text: string,
): Promise<void> {
  if (file === undefined) return out(text);
  await writeFile(file, `${text}\n`);
  out(`wrote ${printable(file)}`);
}

/** `text, mermaid or svg` */
const oneOf = (words: readonly string[]) => `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;

/** A file has no colours. */
export const styleFor = (call: Call<unknown>, file: string | undefined) =>
  file === undefined ? call.style : styleOf(false);
