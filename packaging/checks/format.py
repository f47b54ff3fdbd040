#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""clang-format 14 (Debian 12's) finds nothing to change. Exits 77, a visible skip, where that version is not installed."""

import shutil
import subprocess
import sys

import tree

SKIP = 77
VERSION = "version 14."


def find_tool() -> str | None:
    for name in ("clang-format-14", "clang-format"):
        path = shutil.which(name)
        if path and VERSION in subprocess.run([path, "--version"], capture_output=True, text=True).stdout:
            return path
    return None


def check(top, tool: str) -> list[str]:
    names = [name for name in tree.files(top) if name.endswith(tree.CODE)]
    if not names:
        return []
    run = subprocess.run([tool, "--dry-run", "--style=file", *names], cwd=top, capture_output=True, text=True)
    findings = [line for line in run.stderr.splitlines() if "[-Wclang-format-violations]" in line or "error:" in line]
    if findings:
        findings.append(f"to mend them all: cd {top} && git ls-files -z '*.h' '*.cpp' '*.cu' | xargs -0 {tool} -i")
    return findings


if __name__ == "__main__":
    clang_format = find_tool()
    if not clang_format:
        print("skipped: clang-format 14 is not installed (Debian 12: apt-get install clang-format)")
        sys.exit(SKIP)
    sys.exit(tree.finish(check(tree.root(), clang_format), "clang-format finds nothing to change"))
