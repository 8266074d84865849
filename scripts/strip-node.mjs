/**
 * The packed package carries no Node: whoever installs it has one. `prepack` takes the optional dependencies that put
 * Node 24 in front of a checkout's scripts out of package.json, and `postpack` puts package.json back as it was.
 */
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

const manifest = new URL("../package.json", import.meta.url);
const kept = new URL("../package.json.kept", import.meta.url);
const read = () => JSON.parse(readFileSync(manifest, "utf8"));

if (process.argv[2] === "strip") {
  // A pack that was cut short has left package.json stripped: the copy is the whole one.
  if (existsSync(kept) && !read().scripts) renameSync(kept, manifest);
  copyFileSync(manifest, kept);
  // Hooks of the checkout have no business in an installed package either.
  const {
    optionalDependencies: _node,
    scripts: _scripts,
    devDependencies: _tools,
    allowScripts: _allowed,
    ...rest
  } = read();
  writeFileSync(manifest, `${JSON.stringify(rest, null, 2)}\n`);
} else if (existsSync(kept)) {
  renameSync(kept, manifest);
}
