# SPDX-License-Identifier: Apache-2.0
"""What every check shares: the files of the tree, its layers, and how a finding is reported."""

import pathlib
import re
import subprocess
import sys

CODE = (".h", ".cpp", ".cu", ".cuh")
SCRIPTS = (".py", ".sh", ".cmake")
LAYERS = ("kernels", "core", "widgets", "app")
TORCH_FOLDERS = tuple(f"core/{name}" for name in ("operators", "models", "training", "conversion", "bench"))


def root() -> pathlib.Path:
    """The tree named on the command line, or the one that this file stands in."""
    return pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]).resolve()


def files(top: pathlib.Path) -> list[str]:
    """Paths relative to top: what git tracks or would add, or every file where there is no git."""
    listing = subprocess.run(["git", "-C", top, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                             capture_output=True, text=True) if (top / ".git").exists() else None
    if listing and listing.returncode == 0:
        names = set(listing.stdout.split("\0"))
    else:
        names = {str(path.relative_to(top)) for path in top.rglob("*")}
    return sorted(name for name in names if (top / name).is_file() and not name.startswith("build/"))


def is_script(top: pathlib.Path, name: str) -> bool:
    """A script or CMake file, by its name or its first line."""
    if name.endswith(SCRIPTS) or name.endswith("CMakeLists.txt"):
        return True
    if "." in pathlib.Path(name).name[1:]:
        return False
    with open(top / name, "rb") as file:
        return file.read(2) == b"#!"


def layer_path(name: str) -> str:
    """The path that decides which rules hold: tests/core/runs/x.cpp obeys core/runs."""
    return name.removeprefix("tests/")


def is_in(name: str, folders) -> bool:
    return any(name.startswith(folder + "/") for folder in folders)


def includes(top: pathlib.Path, name: str):
    """(line number, header, whether in angle brackets) of each #include."""
    pattern = re.compile(r'\s*#\s*include\s*([<"])([^>"]+)[>"]')
    for number, line in enumerate((top / name).read_text(errors="replace").splitlines(), 1):
        found = pattern.match(line)
        if found:
            yield number, found[2], found[1] == "<"


def finish(findings: list[str], done: str) -> int:
    """Prints the findings, or what was checked; the process's exit code."""
    print("\n".join(findings) if findings else done)
    return 1 if findings else 0
