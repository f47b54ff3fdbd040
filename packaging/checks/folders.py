#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""One folder, one library, one test executable of the same name.

For each folder of kernels, core and widgets that holds sources: its CMakeLists.txt makes the library toeplab_LAYER_FOLDER,
tests/ mirrors the folder, and the mirror makes test_LAYER_FOLDER. kernels and its tests may be one library as a whole.
"""

import re
import sys

import tree

WHOLE_LAYERS = ("kernels",)


def source_folders(names: list[str]) -> list[str]:
    folders = {name.rsplit("/", 1)[0] for name in names
               if name.endswith((".cpp", ".cu")) and tree.is_in(name, ("kernels", "core", "widgets"))}
    return sorted({folder.split("/")[0] if folder.split("/")[0] in WHOLE_LAYERS else "/".join(folder.split("/")[:2])
                   for folder in folders})


def makes(top, path: str, command: str, target: str) -> bool:
    """Whether the CMakeLists.txt of a folder, or of one above it, calls command(target ...)."""
    while path:
        file = top / path / "CMakeLists.txt"
        if file.is_file() and re.search(rf"^\s*{command}\(\s*{target}\b", file.read_text(), re.MULTILINE):
            return True
        path = path.rpartition("/")[0]
    return False


def check(top) -> list[str]:
    findings = []
    for folder in source_folders(tree.files(top)):
        target = folder.replace("/", "_")
        if not makes(top, folder, "toeplab_library", target):
            findings.append(f"{folder}: no toeplab_library({target} ...) in its CMakeLists.txt")
        if not makes(top, "tests/" + folder, "toeplab_test", target):
            findings.append(f"tests/{folder}: no toeplab_test({target} ...) in its CMakeLists.txt")
    return findings


if __name__ == "__main__":
    sys.exit(tree.finish(check(tree.root()), "every folder has its library and its test"))
