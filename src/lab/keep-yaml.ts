/** `keep:` of a lab file: how long evidence is kept. */
import { isMap } from "yaml";
import { NetlabError } from "../errors.ts";
import { keptTime } from "./kept-time.ts";
import type { LabFile } from "./lab-file.ts";

/** `keep: { journal: 15w }`; undefined where there is none. Throws with the place of what is wrong. */
export function keepIn(node: unknown, place: (node: unknown) => string): LabFile["keep"] {
  if (node === undefined) return undefined;
  const keep = isMap(node) ? (node.toJSON() as Readonly<Record<string, unknown>>) : {};
  const [other] = Object.keys(keep).filter((key) => key !== "journal");
  if (!isMap(node) || other !== undefined || keptTime(keep.journal) === undefined)
    throw new NetlabError("bad-lab-file/bad-entry", {
      place: place(node),
      why: "keep: says how long, in weeks or days, e.g. keep: { journal: 15w }",
    });
  return { journal: String(keep.journal) };
}
