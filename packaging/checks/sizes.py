#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""No source file over 400 lines, and no more than 30 translation units that see LibTorch."""

import sys

import layers
import tree

MAX_LINES = 400
MAX_TORCH_UNITS = 30


def torch_units(top) -> list[str]:
    """Translation units of the programs (not of the tests) that include LibTorch, directly or through a header."""
    names = [name for name in tree.files(top) if name.endswith(tree.CODE)]
    found = layers.torch_headers(top, names)
    return [name for name in names if name in found and name.endswith((".cpp", ".cu")) and not name.startswith("tests/")]


def check(top) -> list[str]:
    findings = []
    for name in tree.files(top):
        if name.endswith(tree.CODE) or tree.is_script(top, name):
            count = len((top / name).read_text(errors="replace").splitlines())
            if count > MAX_LINES:
                findings.append(f"{name}: {count} lines, at most {MAX_LINES}: which second concept is in it?")
    units = torch_units(top)
    if len(units) > MAX_TORCH_UNITS:
        findings.append(f"{len(units)} translation units include LibTorch, at most {MAX_TORCH_UNITS}: " + " ".join(units))
    return findings


if __name__ == "__main__":
    top = tree.root()
    sys.exit(tree.finish(check(top), f"no file over {MAX_LINES} lines; {len(torch_units(top))} translation units see LibTorch"))
