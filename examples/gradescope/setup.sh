#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image. It needs no network: netlabd and its Node are in netlabd.tgz.
set -euo pipefail
here=${NETLAB_SOURCE:-/autograder/source}
root=${NETLAB_ROOT:-}

mkdir -p "$root/opt/netlabd"
tar -xzf "$here/netlabd.tgz" -C "$root/opt/netlabd"

# Hand-ins run as this user: it owns nothing but a copy of the hand-in, and cannot touch the checker or the results.
if [ -z "$root" ]; then
  id netlab-student >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin netlab-student

  # Better where the container allows it: a network and processes of its own for each hand-in. Without it, limits alone hold.
  if ! command -v bwrap >/dev/null || ! command -v python3 >/dev/null; then
    (apt-get update && apt-get install -y --no-install-recommends bubblewrap python3) >/dev/null 2>&1 ||
      echo "bubblewrap and python3 could not be installed: hand-ins run without a box, with limits"
  fi
fi
