/** Files of ours that the tester needs in a box: Node, the code, what it imports; of a checkout never its data. */
import { existsSync, realpathSync } from "node:fs";
import path from "node:path";
import { packageFolder } from "../../places.ts";

const PARTS = [
  "package.json",
  "dist",
  "src",
  "node_modules",
  "docs",
  "data/labs",
  "data/books",
  "data/files",
  "data/schema.sql",
];

export function ownCode(): string[] {
  const node = realpathSync(process.execPath);
  const folder = path.dirname(node);
  const installation = path.basename(folder) === "bin" ? path.dirname(folder) : node;
  const parts = PARTS.map((part) => path.join(packageFolder, part)).filter((part) => existsSync(part));
  // Installed as a package, its dependencies may lie beside it.
  const beside = path.dirname(packageFolder);
  return [installation, ...parts, ...(path.basename(beside) === "node_modules" ? [beside] : [])];
}
