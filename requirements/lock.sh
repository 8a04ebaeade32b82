#!/bin/sh
# Pins the dependencies of pyproject.toml, with hashes: for the site, and for its developers.
#
#   lock.sh [OPTION OF uv pip compile]...
#
# Versions that are pinned already stay, unless pyproject.toml forbids them or --upgrade is given.
set -eu
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM
"${PYTHON:-python3}" -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check uv

pin() {
    output=$1
    shift
    # No index addresses: the files serve every mirror.
    "$folder/bin/uv" pip compile --quiet --generate-hashes --universal --python-version 3.11 \
        --no-emit-index-url --no-emit-find-links --no-annotate \
        --custom-compile-command "make lock" --output-file "$output" pyproject.toml "$@"
}
pin requirements/run.txt "$@"
pin requirements/dev.txt --extra dev --constraint requirements/run.txt "$@"
