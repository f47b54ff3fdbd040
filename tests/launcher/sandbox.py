# SPDX-License-Identifier: Apache-2.0
"""A clone's launcher in a folder of its own, with every outside tool faked (fakes/) and its calls logged."""

import hashlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(__file__).parents[2]
FAKES = pathlib.Path(__file__).parent / "fakes"


class LauncherTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.top = pathlib.Path(folder.name)
        self.log = self.top / "log"
        self.log.touch()
        self.clone = self.make_clone("clone")
        self.cache = self.top / "cache/toeplab"
        self.libtorch = self.cache / "libtorch-2.0"

    def make_clone(self, name: str) -> pathlib.Path:
        clone = self.top / "clones" / name
        clone.mkdir(parents=True)
        for file in ("toeplab", "CMakeLists.txt", "CMakePresets.json"):
            shutil.copy(ROOT / file, clone)
        for folder in ("bootstrap", "packages"):
            shutil.copytree(ROOT / "packaging" / folder, clone / "packaging" / folder)
        torch = self.make_wheel("torch", {"torch/lib/libtorch_cpu.so": "cpu", "torch/include/ATen/ATen.h": "h",
                                          "torch/share/x": "s", "torch/bin/protoc": "not wanted"})
        runtime = self.make_wheel("nvidia-cuda-runtime", {"nvidia/cu13/lib/libcudart.so.13": "rt"})
        (clone / "packaging/libtorch.txt").write_text(
            f"# name version platform folders hash\ntorch 2.0 linux torch/lib,torch/include,torch/share {torch}\n"
            f"nvidia-cuda-runtime 13.0 linux nvidia {runtime}\n")
        cublas = self.make_wheel("nvidia-cublas", {"nvidia/cu13/lib/libcublas.so.13": "blas",
                                                   "nvidia/cu13/include/cublas.h": "not wanted"})
        (clone / "packaging/libtorch_cuda.txt").write_text(
            f"# what a card needs\nnvidia-cublas 13.1 linux nvidia/cu13/lib {cublas}\n")
        return clone

    def make_wheel(self, name: str, files: dict) -> str:
        """Writes NAME.whl for the fake pip and returns its SHA-256."""
        path = self.top / "wheels" / f"{name}.whl"
        path.parent.mkdir(exist_ok=True)
        with zipfile.ZipFile(path, "w") as wheel:
            for file, content in files.items():
                wheel.writestr(zipfile.ZipInfo(file), content)
        return hashlib.sha256(path.read_bytes()).hexdigest()

    def start(self, *arguments, clone=None, **environment) -> subprocess.Popen:
        kept = {name: os.environ[name] for name in ("HOME", "LANG", "TMPDIR") if name in os.environ}
        kept |= {"PATH": f"{FAKES}:/usr/bin:/bin", "FAKES_LOG": str(self.log), "FAKE_WHEELS": str(self.top / "wheels"),
                 "XDG_CACHE_HOME": str(self.top / "cache"), "TOEPLAB_PIP": str(FAKES / "pip"),
                 "TOEPLAB_GPU": "OFF"}
        return subprocess.Popen([(clone or self.clone) / "toeplab", *arguments], cwd=self.top, env=kept | environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                start_new_session=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))

    def run_launcher(self, *arguments, expect=0, **environment) -> tuple[str, str]:
        """Standard output and standard error; fails unless the exit code is the expected one."""
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, expect, f"{arguments}\n{out}\n{err}")
        return out, err

    def calls(self, tool: str) -> list[str]:
        return [line for line in self.log.read_text().splitlines() if line.startswith(tool + " ")]

    def cached(self) -> list[str]:
        return sorted(path.name for path in self.cache.iterdir()) if self.cache.exists() else []
