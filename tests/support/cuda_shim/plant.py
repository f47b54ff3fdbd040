#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Plants a wrong index in each GPU kernel, takes out each barrier, and shows that a test fails each time.

Run by hand: plant.py BUILD [WORD...] with a build folder that holds test_kernels_gpu (build/release). Words pick errors whose
file or text contains one. What is planted stands in wrong_indices.py; barriers are found in the sources. Each error is compiled
in place of the right source (which stays as it is), linked with the tests, and run against the tests of its part.
Fails if an error goes unseen, or if a kernel or a header of kernels has no error in the list.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

from wrong_indices import NO_INDEX, TESTS, UNITS, UNSEEN_BARRIERS, WRONG

ROOT = pathlib.Path(__file__).parents[3]


class Build:
    """Compile and link commands as CMake made them."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder.resolve()
        commands = json.loads((folder / "compile_commands.json").read_text())
        self.compile = {}
        for entry in commands:
            if "toeplab_gpu_on_cpu" in entry["command"] and entry["file"].endswith(".cu"):
                self.compile[str(pathlib.Path(entry["file"]).resolve().relative_to(ROOT))] = entry["command"]
        listing = subprocess.run(["ninja", "-C", folder, "-t", "commands", "test_kernels_gpu"], capture_output=True, text=True,
                                 check=True).stdout
        links = [line for line in listing.splitlines() if "-o bin/test_kernels_gpu" in line]
        self.link = links[-1].split(" && ")[1]

    def run(self, work: pathlib.Path, name: str, text: str, tests: str) -> str:
        """What the tests of a tree with this text say: 'passed', or how they fail."""
        wrong = work / name
        wrong.parent.mkdir(parents=True)
        wrong.write_text(text)
        objects = []
        for unit in UNITS.get(name, [name]):
            source = wrong if unit == name else ROOT / unit
            target = work / (unit.replace("/", "_") + ".o")
            words = shlex.split(self.compile[unit])
            words = [word for word in words if not word.endswith("/ccache")]
            words[words.index("-o") + 1] = str(target)
            words[words.index("-c") + 1] = str(source)
            words.insert(words.index("-c"), f"-I{work}")
            first_include = next(i for i, word in enumerate(words) if word.startswith("-I"))
            words.insert(first_include, f"-I{work}")
            done = subprocess.run(words + ["-w", "-O1"], cwd=self.folder, capture_output=True, text=True)
            if done.returncode != 0:
                return "does not compile: " + done.stderr[-300:]
            objects.append(str(target))
        program = work / "test"
        link = self.link.replace("-o bin/test_kernels_gpu", f"{' '.join(objects)} -o {program}")
        subprocess.run(link, shell=True, cwd=self.folder, check=True, capture_output=True)
        try:
            done = subprocess.run([program, f"--gtest_filter={tests}", "--gtest_fail_fast"], capture_output=True, text=True,
                                  timeout=300, env=os.environ | {"GTEST_BRIEF": "1"})
        except subprocess.TimeoutExpired:
            return "hangs"
        if done.returncode == 0:
            return "passed"
        failed = re.search(r"\[  FAILED  \] (\S+)", done.stdout)
        return failed[1] if failed else f"ends with {done.returncode}"


def tests_of(name: str) -> str:
    for part, tests in TESTS.items():
        if name.startswith(part):
            return tests
    raise SystemExit(f"{name}: no tests are named for it in wrong_indices.py")


# Launch bounds may hold calls and templates: __launch_bounds__(Transform<kLog>::kThreads, blocksOf<kLog>(64)).
KERNEL = re.compile(r"__global__\s+void\s+(?:__launch_bounds__\((?:[^()]|\([^()]*\))*\)\s*)?(?!__launch_bounds__)(\w+)\(")


def kernels_in(name: str, text: str) -> list[tuple[str, int, int]]:
    """(kernel, where it begins, where its body ends)"""
    found = [(match[1], match.start(), text.index("\n}\n", match.end())) for match in KERNEL.finditer(text)]
    if len(found) != text.count("__global__"):
        raise SystemExit(f"{name}: {text.count('__global__')} times __global__, but kernels are only {[kernel for kernel, *_ in found]}")
    return found


def without_errors(seen: set[tuple[str, str]]) -> list[str]:
    """Kernels, and headers with code for a device, in which nothing is planted."""
    missing = []
    for path in sorted((ROOT / "kernels").rglob("*.cu*")):
        name, text = str(path.relative_to(ROOT)), path.read_text()
        missing += [f"{name} {kernel}" for kernel, _, _ in kernels_in(name, text) if (name, kernel) not in seen]
        if path.suffix == ".cuh" and name not in WRONG:
            if name not in NO_INDEX:
                missing.append(name)
            elif re.search(r"threadIdx|blockIdx|__syncthreads|__shfl", text):
                missing.append(f"{name} (is in NO_INDEX, but divides work among threads)")
    return missing


def planted() -> list[tuple[str, str, str, str]]:
    """(file, what, text with the error, its tests)"""
    errors, seen = [], set()
    for name, pairs in WRONG.items():
        text = (ROOT / name).read_text()
        bodies = kernels_in(name, text)
        for right, wrong in pairs:
            if text.count(right) < 1:
                raise SystemExit(f"{name}: '{right}' is not in it any more; say in wrong_indices.py what stands there now")
            for match in re.finditer(re.escape(right), text):
                kernel = next((kernel for kernel, begin, end in bodies if begin < match.start() < end), "outside of kernels")
                seen.add((name, kernel))
                errors.append((name, f"{kernel}: {right} -> {wrong}",
                               text[:match.start()] + wrong + text[match.end():], tests_of(name)))
    missing = without_errors(seen)
    if missing:
        raise SystemExit("no wrong index is planted in " + ", ".join(missing))
    return errors


def without_barriers() -> list[tuple[str, str, str, str]]:
    errors = []
    for name in sorted(WRONG):
        text = (ROOT / name).read_text()
        for number, match in enumerate(re.finditer(r"__syncthreads\(\);", text), 1):
            line = text.count("\n", 0, match.start()) + 1
            errors.append((name, f"barrier {number} (line {line})", text[:match.start()] + text[match.end():], tests_of(name)))
    return errors


def main() -> int:
    build = Build(pathlib.Path(sys.argv[1]))
    words = sys.argv[2:]
    errors = [error for error in planted() + without_barriers()
              if not words or any(word in error[0] or word in error[1] for word in words)]
    right = subprocess.run([build.folder / "bin/test_kernels_gpu"], capture_output=True, text=True, env=os.environ | {"GTEST_BRIEF": "1"})
    if right.returncode != 0:
        raise SystemExit("the tests do not pass as they are:\n" + right.stdout[-2000:])
    unseen = []

    def attempt(error):
        name, what, text, tests = error
        with tempfile.TemporaryDirectory() as work:
            return error, build.run(pathlib.Path(work), name, text, tests)

    with concurrent.futures.ThreadPoolExecutor(int(os.environ.get("TOEPLAB_JOBS", "2"))) as pool:
        for (name, what, _, _), result in pool.map(attempt, errors):
            known = f"{name} {what.split(' (')[0]}" in UNSEEN_BARRIERS
            print(f"{'UNSEEN' if result == 'passed' else 'seen  '} {name}: {what}: {result}{' (known)' if known else ''}", flush=True)
            if result.startswith("does not compile") or (result == "passed" and not known):
                unseen.append(f"{name}: {what}")
    print(f"{len(errors)} errors planted, {len(errors) - len(unseen)} accounted for")
    return 1 if unseen else 0


if __name__ == "__main__":
    sys.exit(main())
