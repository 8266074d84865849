#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image. It needs no network: netlabd and its Node are in netlabd.tgz.
set -euo pipefail
here=${NETLAB_SOURCE:-/autograder/source}
root=${NETLAB_ROOT:-}

mkdir -p "$root/opt/netlabd"
tar -xzf "$here/netlabd.tgz" -C "$root/opt/netlabd"

# Without a box the checker's process runs as the same user as the hand-in. The kernel lets no other process look into one whose program may
# be started and not be read: neither its memory nor what it has open, so that a hand-in cannot speak in its place.
chmod 711 "$root/opt/netlabd/node"

if [ -z "$root" ]; then
  # Better where the container allows it: a network and processes of its own for each hand-in. Without it, limits alone hold.
  if ! command -v bwrap >/dev/null || ! command -v python3 >/dev/null; then
    (apt-get update && apt-get install -y --no-install-recommends bubblewrap python3) >/dev/null 2>&1 ||
      echo "bubblewrap and python3 could not be installed: hand-ins run without a box, with limits"
  fi
fi
