/** Roles that a lab file brings: `role: ./my-role.ts` names a file of the user's, from the lab file's folder. */
import path from "node:path";
import { isMap } from "yaml";
import { isModuleName } from "../catalogue/module-name.ts";
import type { RoleTable } from "../catalogue/role-folder.ts";
import { messageOf, NetlabError } from "../errors.ts";
import type { Role } from "../machines/_role.ts";
import { shownFrom } from "../stack-place.ts";
import { CLASS_LISTS, type OpenLabFile } from "./lab-yaml.ts";

/** Reads a role of the user's own from its file. Rejects with a sentence that says where in it, and why. */
export type ReadRole = (file: string) => Promise<Role>;

const isFile = (word: unknown): word is string =>
  typeof word === "string" && (word.includes("/") || isModuleName(word));

/** By the words that name them. Rejects with the lab file's line, and the role's. */
export async function bringRoles(
  { file: labFile, top, place }: OpenLabFile,
  readRole: ReadRole,
): Promise<RoleTable> {
  const folder = path.dirname(labFile);
  const brought: RoleTable = new Map();
  const files = new Map<string, string>();
  const ofClass = CLASS_LISTS.flatMap((list) => (top.sections.get(list) ?? []) as unknown[]);
  for (const entry of [...top.entries, ...ofClass]) {
    const word = isMap(entry) ? entry.get("role") : undefined;
    if (!isMap(entry) || !isFile(word) || brought.has(word)) continue;
    const file = path.resolve(folder, word);
    try {
      const role = await readRole(file);
      const other = files.get(role.name) ?? file;
      if (other !== file)
        throw new NetlabError("bad-role/of-two-files", { name: role.name, file: shownFrom(folder, other) });
      files.set(role.name, file);
      brought.set(word, role);
    } catch (error) {
      const where = place(entry.get("role", true) ?? entry);
      throw new NetlabError(
        "bad-lab-file/bad-entry",
        { place: where, why: messageOf(error) },
        { cause: error },
      );
    }
  }
  return brought;
}
