#!/bin/sh
# Draws the loops of the guide again: docs/guide/loops/KEY.svg out of `bihuan def draw KEY`, by Graphviz (dot), which only this
# needs. tests/api/guide.test.mjs tells when a drawing no longer shows its definition.
set -eu
cd "$(dirname "$0")/.."
bihuan=${BIHUAN:-build/release/bihuan}
for page in docs/guide/loops/*.md; do
  key=$(basename "$page" .md)
  "$bihuan" def draw "$key" | dot -Tsvg -o "docs/guide/loops/$key.svg"
done
