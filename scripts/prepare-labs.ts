/** Shipped labs as JSON, for src/lab/prepared-lab.ts; made by the build, which also finds here what is wrong with a lab or a role of ours. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { faultsOf, type RoleTable } from "../src/catalogue/role-folder.ts";
import { readBook } from "../src/lab/lab-book.ts";
import { readLabFile } from "../src/lab/lab-yaml.ts";
import type { PreparedLab } from "../src/lab/prepared-lab.ts";

/** Throws a sentence that names file and line where the lab or its book is wrong. */
export function prepareLab(file: string, roles: RoleTable): PreparedLab {
  const { title, roles: entries, book } = readLabFile(file, roles);
  const sources = { lab: readFileSync(file, "utf8"), ...(book ? { book: readFileSync(book, "utf8") } : {}) };
  const { dir } = path.parse(file);
  return {
    title,
    roles: entries,
    sources,
    ...(book ? { book: path.relative(dir, book), bookRows: readBook(book) } : {}),
  };
}

export function prepareLabs(from: string, to: string, roles: RoleTable): void {
  for (const role of roles.values()) {
    const faults = faultsOf(role);
    if (faults.length > 0) throw new Error(`the role ${role.name}: ${faults.join("; ")}`);
  }
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(from).filter((one) => one.endsWith(".yaml"))) {
    const lab = prepareLab(path.join(from, name), roles);
    writeFileSync(path.join(to, name.replace(".yaml", ".json")), JSON.stringify(lab));
  }
}
