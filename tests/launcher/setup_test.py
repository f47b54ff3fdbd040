# SPDX-License-Identifier: Apache-2.0
"""How ./toeplab gets packages and LibTorch, and what it leaves behind when it cannot."""

import os
import signal
import time
import unittest

from sandbox import LauncherTest


class Packages(LauncherTest):
    def test_only_what_is_missing_is_installed(self):
        _, err = self.run_launcher("build", FAKE_MISSING="g++ qt6-svg-dev libgtest-dev")
        update, install = self.calls("apt-get")
        self.assertRegex(update, r" update$")
        self.assertRegex(install, r" install -y --no-install-recommends g\+\+ qt6-svg-dev$")
        self.assertIn("Installing 2 Debian packages", err)
        self.assertNotIn("Reading package lists", err)

    def test_tests_install_theirs_too(self):
        self.run_launcher("test", FAKE_MISSING="libgtest-dev")
        self.assertRegex(self.calls("apt-get")[1], r" libgtest-dev$")

    def test_a_user_with_sudo_installs_by_sudo(self):
        self.run_launcher("build", FAKE_MISSING="g++", FAKE_UID="1000", FAKE_SUDO="yes")
        self.assertIn("install", self.calls("sudo")[-1])
        self.assertEqual(len(self.calls("apt-get")), 2)

    def test_a_user_without_rights_is_told_the_command(self):
        out, err = self.run_launcher("build", expect=1, FAKE_MISSING="g++ cmake", FAKE_UID="1000")
        self.assertIn("sudo apt-get update && sudo apt-get install -y --no-install-recommends cmake g++\n", err)
        self.assertEqual((out, self.calls("apt-get"), self.calls("pip")), ("", [], []))

    def test_a_user_without_rights_builds_when_all_is_there(self):
        self.run_launcher("build", FAKE_UID="1000")

    def test_a_failing_apt_is_shown(self):
        _, err = self.run_launcher("build", expect=1, FAKE_MISSING="g++", FAKE_APT_EXIT="100")
        self.assertIn("Reading package lists", err)
        self.assertIn("packages could not be installed", err)
        self.assertEqual(self.calls("cmake"), [])


class LibTorch(LauncherTest):
    def test_it_is_fetched_once_and_only_its_folders_are_kept(self):
        self.run_launcher("build")
        self.run_launcher("build")
        self.assertEqual(self.calls("pip"), ["pip torch==2.0", "pip nvidia-cuda-runtime==13.0"])
        for path in ("torch/lib/libtorch_cpu.so", "torch/include/ATen/ATen.h", "torch/share/x", "nvidia/cu13/lib/libcudart.so.13"):
            self.assertTrue((self.libtorch / path).is_file(), path)
        self.assertFalse((self.libtorch / "torch/bin").exists())
        self.assertEqual(self.cached(), ["libtorch-2.0", "libtorch-2.0.lock"])
        self.assertIn(f"-DTOEPLAB_LIBTORCH={self.libtorch}", self.calls("cmake")[0])

    def test_a_graphics_card_gets_its_own_half(self):
        self.run_launcher("build", TOEPLAB_GPU="ON")
        folder = self.cache / "libtorch-2.0-cuda"
        for path in ("torch/lib/libtorch_cpu.so", "nvidia/cu13/lib/libcudart.so.13", "nvidia/cu13/lib/libcublas.so.13"):
            self.assertTrue((folder / path).is_file(), path)
        self.assertFalse((folder / "nvidia/cu13/include").exists())
        self.assertIn(f"-DTOEPLAB_LIBTORCH={folder}", self.calls("cmake")[0])
        self.assertIn("-DTOEPLAB_GPU=ON", self.calls("cmake")[0])

    def test_a_wrong_hash_is_refused_and_nothing_kept(self):
        self.make_wheel("nvidia-cuda-runtime", {"nvidia/cu13/lib/libcudart.so.13": "something else"})
        _, err = self.run_launcher("build", expect=1)
        self.assertIn("SHA-256", err)
        self.assertEqual(self.cached(), ["libtorch-2.0.lock"])
        self.assertEqual(self.calls("cmake"), [])

    def test_a_broken_download_is_tried_again(self):
        self.run_launcher("build", FAKE_PIP_FAILS="3")
        self.assertEqual(len(self.calls("pip")), 5)
        self.assertEqual(self.cached(), ["libtorch-2.0", "libtorch-2.0.lock"])

    def test_a_dead_network_ends_in_a_sentence(self):
        _, err = self.run_launcher("build", expect=1, FAKE_PIP_FAILS="99")
        self.assertIn("torch 2.0 could not be downloaded in 4 tries", err)
        self.assertEqual(self.cached(), ["libtorch-2.0.lock"])
        self.run_launcher("build", FAKE_PIP_FAILS="0")

    def test_what_was_left_half_done_is_made_anew(self):
        (self.libtorch / "torch/lib").mkdir(parents=True)
        (self.cache / "libtorch-2.0.part/tree").mkdir(parents=True)
        self.run_launcher("build")
        self.assertTrue((self.libtorch / "torch/lib/libtorch_cpu.so").is_file())
        self.assertEqual(self.cached(), ["libtorch-2.0", "libtorch-2.0.lock"])

    def test_a_full_disk_is_refused_before_the_download(self):
        (self.clone / "packaging/bootstrap/libtorch.sh").write_text(
            (self.clone / "packaging/bootstrap/libtorch.sh").read_text().replace("disk_mib=", "disk_mib=9999999"))
        _, err = self.run_launcher("build", expect=1)
        self.assertRegex(err, r"needs 9999999\d+ MiB .* \d+ MiB are free")
        self.assertEqual(self.calls("pip"), [])

    def test_two_clones_at_once_fetch_it_once(self):
        clones = [self.clone, self.make_clone("second"), self.make_clone("third")]
        started = [self.start("presets", clone=clone) for clone in clones]
        for process in started:
            out, err = process.communicate(timeout=120)
            self.assertEqual((process.returncode, out), (0, "toeplab-engine presets\n"), err)
        self.assertEqual(len(self.calls("pip")), 2)

    def test_ctrl_c_leaves_nothing_behind(self):
        process = self.start("build", FAKE_PIP_HANGS="1")
        while not self.calls("pip"):
            self.assertIsNone(process.poll())
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=120)
        self.assertIn(process.returncode, (130, -signal.SIGINT))
        self.assertEqual(self.cached(), ["libtorch-2.0.lock"])
        self.run_launcher("build")

    def test_one_of_the_users_own_is_used_as_it_is(self):
        (self.top / "own/torch/lib").mkdir(parents=True)
        _, err = self.run_launcher("build", expect=1, TOEPLAB_LIBTORCH=str(self.top / "own"))
        self.assertIn("libtorch_cpu.so", err)
        (self.top / "own/torch/lib/libtorch_cpu.so").touch()
        self.run_launcher("build", TOEPLAB_LIBTORCH=str(self.top / "own"))
        self.assertIn(f"-DTOEPLAB_LIBTORCH={self.top}/own", self.calls("cmake")[0])
        self.assertEqual(self.calls("pip"), [])


if __name__ == "__main__":
    unittest.main()
