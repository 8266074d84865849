/** Cases that there are: a file a role in `cases/`, found by scanning, and the families that are made of a role's dialogue. */
import { readdir } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { codeSubfolder } from "../places.ts";
import type { RoleChecks } from "./case.ts";

/** Of one role; undefined: it has no file of its own. */
export async function checksOf(
  role: string,
  folder = codeSubfolder("check/cases"),
): Promise<RoleChecks | undefined> {
  const names = await readdir(folder);
  const name = names.find((one) => path.parse(one).name === role && /\.[jt]s$/.test(one));
  return name === undefined ? undefined : loadChecks(path.join(folder, name));
}

async function loadChecks(file: string): Promise<RoleChecks> {
  const module = (await import(pathToFileURL(file).href)) as { default: RoleChecks };
  return module.default;
}
