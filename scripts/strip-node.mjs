/**
 * The packed package carries no Node: whoever installs it has one. `prepack` takes the optional dependencies that put
 * Node 24 in front of a checkout's scripts out of package.json, and `postpack` puts package.json back as it was.
 */
import { copyFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

const manifest = new URL("../package.json", import.meta.url);
const kept = new URL("../package.json.kept", import.meta.url);

if (process.argv[2] === "strip") {
  copyFileSync(manifest, kept);
  const fields = JSON.parse(readFileSync(manifest, "utf8"));
  // Hooks of the checkout have no business in an installed package either.
  const {
    optionalDependencies: _node,
    scripts: _scripts,
    devDependencies: _tools,
    allowScripts: _allowed,
    ...rest
  } = fields;
  writeFileSync(manifest, `${JSON.stringify(rest, null, 2)}\n`);
} else if (existsSync(kept)) {
  renameSync(kept, manifest);
}
