#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Plain text hygiene: no tabs, trailing blanks or CRLF, no words of unfinished work, nothing of one machine."""

import pathlib
import re
import sys

import tree

TEXT = tree.CODE + tree.SCRIPTS + (".md", ".txt", ".json", ".svg", ".xml", ".desktop", ".in", ".qrc", ".qss")
FOREIGN = ("LICENSES/",)
SAMPLES = ("tests/data/",)  # recorded bytes keep their own line ends

# Written so that no rule finds itself.
RULES = [
    (re.compile(r"\t"), "a tab"),
    (re.compile(r"\r$"), "a line that ends in CR LF"),
    (re.compile(r"[ ]+$"), "trailing blanks"),
    (re.compile(r"\b(TO[D]O|FIX[M]E|XX[X]|HA[C]K)\b"), "a word of unfinished work"),
    (re.compile(r"(?<![\w.~}$])/(wo[r]k|ro[o]t|fa[r]m|ho[m]e/\w+|tm[p]/\w+)/"), "a path of one machine"),
    (re.compile(r"https?://\d+\.\d+\.\d+\.\d+|\b(py[p]i\.org|pythonhos[t]ed\.org|deb\.debia[n]\.org)"),
     "the host of a registry or of one machine"),
]


def check(top) -> list[str]:
    findings = []
    for name in tree.files(top):
        if name.startswith(FOREIGN + SAMPLES):
            continue
        if not (name.endswith(TEXT) or tree.is_script(top, name) or pathlib.Path(name).name.startswith(".clang")):
            continue
        content = (top / name).read_bytes().decode(errors="replace")
        if content and not content.endswith("\n"):
            findings.append(f"{name}: no line end after the last line")
        for number, line in enumerate(content.split("\n"), 1):
            findings += [f"{name}:{number}: {what}" for pattern, what in RULES if pattern.search(line)]
    return findings


if __name__ == "__main__":
    sys.exit(tree.finish(check(tree.root()), "no tabs, trailing blanks, unfinished words or machine paths"))
