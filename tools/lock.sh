#!/bin/sh
# Pin pyproject.toml's dependencies anew: requirements.lock (the site) and requirements-dev.lock (that and the tools).
# Pins that still suit stay as they are; --upgrade takes the newest versions. Needs the network and Python's venv module.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
cd "$root"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"${CLUTCH_PYTHON:-python3}" -m venv "$scratch/venv"
"$scratch/venv/bin/python" -m pip install -qq --disable-pip-version-check "uv==0.13.9"

# --universal: one list for every system and Python; requirements form and no emitted index, so that no registry is named.
compile() {
  "$scratch/venv/bin/uv" pip compile --quiet --all-extras --universal --python-version 3.11 --generate-hashes \
    --no-header --no-emit-index-url --no-emit-find-links --cache-dir "$scratch/cache" "$@" >/dev/null
}
compile "$@" pyproject.toml -o requirements.lock
compile "$@" pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
