#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every source file opens with its licence, and it is the licence of its folder.

QCustomPlot is GPL-3.0-or-later, so the window and its widgets are; everything else is Apache-2.0. Programs of tests that
stand between the two may carry either.
"""

import sys

import tree

GPL_FOLDERS = ("widgets", "app/window")
EITHER = ("tests/support", "tests/e2e", "tests/fuzz", "tests/bench")
TEXTS = {"Apache-2.0": "LICENSES/Apache-2.0.txt", "GPL-3.0-or-later": "LICENSES/GPL-3.0-or-later.txt"}


def allowed(name: str) -> tuple[str, ...]:
    if tree.is_in(name, EITHER):
        return tuple(TEXTS)
    return ("GPL-3.0-or-later",) if tree.is_in(tree.layer_path(name), GPL_FOLDERS) else ("Apache-2.0",)


def stated(lines: list[str]) -> str | None:
    """The licence that the first line states; a script's first line may be its interpreter."""
    for line in lines[:2]:
        if "SPDX-License-Identifier:" in line:
            return line.split("SPDX-License-Identifier:")[1].split("*/")[0].strip()
        if not line.startswith("#!"):
            return None
    return None


def check(top) -> list[str]:
    findings = [f"{text}: the licence's text is missing" for text in TEXTS.values() if not (top / text).is_file()]
    for name in tree.files(top):
        if not (name.endswith(tree.CODE) or tree.is_script(top, name)):
            continue
        licence = stated((top / name).read_text(errors="replace").splitlines())
        if licence is None:
            findings.append(f"{name}:1: no SPDX-License-Identifier line; here it is {' or '.join(allowed(name))}")
        elif licence not in allowed(name):
            findings.append(f"{name}:1: states {licence}; here it is {' or '.join(allowed(name))}")
    return findings


if __name__ == "__main__":
    sys.exit(tree.finish(check(tree.root()), "every source file states its folder's licence"))
