#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# clang-tidy (apt-get install clang-tidy) over the given files, or over the sources changed since main.
# Needs a configured build/release; a file that sees LibTorch takes a minute.
set -eu
cd -- "$(dirname -- "$0")/../.."
[ $# -gt 0 ] || set -- $(git diff --name-only --diff-filter=d main -- '*.cpp')
[ $# -gt 0 ] || { echo "no source has changed since main" >&2; exit 0; }
exec clang-tidy -p build/release --quiet "$@"
