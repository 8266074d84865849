/** The compiler writes plain files; `npx` in a checkout runs the programs themselves, also after they were built anew. */
import { chmodSync, readFileSync } from "node:fs";

const root = new URL("../", import.meta.url);
const { bin } = JSON.parse(readFileSync(new URL("package.json", root), "utf8"));
for (const program of Object.values(bin)) chmodSync(new URL(program, root), 0o755);
