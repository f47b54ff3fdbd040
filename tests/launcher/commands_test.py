# SPDX-License-Identifier: Apache-2.0
"""What ./toeplab says and whom it runs."""

import unittest

from sandbox import LauncherTest

ENGINE = "train eval analyze data runs presets machine serve bench".split()


class Commands(LauncherTest):
    def test_help_and_version_need_no_build(self):
        for arguments in (["--help"], ["-h"], ["help"], ["test", "--help"], ["build", "--help"]):
            out, _ = self.run_launcher(*arguments)
            for command in ENGINE + ["figure", "test", "build"]:
                self.assertIn(f"./toeplab {command}", out)
        self.assertRegex(self.run_launcher("--version")[0], r"^toeplab \d+\.\d+\.\d+\n$")
        self.assertEqual(self.log.read_text(), "")
        self.assertFalse((self.clone / "build").exists())

    def test_engine_commands_reach_the_engine_and_standard_output_is_theirs_alone(self):
        for command in ENGINE:
            out, _ = self.run_launcher(command, "--json", "two words")
            self.assertEqual(out, f"toeplab-engine {command} --json two words\n")

    def test_figure_and_files_and_nothing_reach_the_window(self):
        (self.top / "some run").touch()
        for arguments in (["figure", "kernel"], [], ["a.h5", "b.h5"], ["some run"], ["-platform", "offscreen"]):
            out, _ = self.run_launcher(*arguments, DISPLAY=":7")
            self.assertEqual(out.split(), ["toeplab", *" ".join(arguments).split()])

    def test_figure_needs_no_display(self):
        self.assertEqual(self.run_launcher("figure", "kernel")[0], "toeplab figure kernel\n")

    def test_without_a_display_the_window_says_what_works_instead(self):
        out, err = self.run_launcher("run.h5", expect=1)
        self.assertEqual(out, "")
        self.assertIn("no display", err)
        self.assertIn("train", err.splitlines()[-1])
        self.assertTrue((self.clone / "build/release/bin/toeplab").exists())

    def test_unknown_commands_name_their_neighbours(self):
        for wrong, right in {"trian": "train", "evla": "eval", "figur": "figure", "ru": "runs", "tst": "test"}.items():
            out, err = self.run_launcher(wrong, expect=2)
            self.assertIn(right, err)
            self.assertEqual(out, "")
        self.assertNotIn("did you mean", self.run_launcher("frobnicate", expect=2)[1])
        self.assertEqual(self.log.read_text(), "")

    def test_arguments_of_build_reach_cmake(self):
        self.run_launcher("build", "-DTOEPLAB_WERROR=ON", "-DX=a b")
        self.assertIn("-DTOEPLAB_WERROR=ON -DX=a b", self.calls("cmake")[0])

    def test_tests_get_their_arguments_and_the_folder_beside_the_clone(self):
        out, _ = self.run_launcher("test", "-R", "golden")
        self.assertIn("golden= data=\n", out)
        shared = self.clone.parent / "shared"
        (shared / "golden").mkdir(parents=True)
        (shared / "data").mkdir()
        out, _ = self.run_launcher("test", "-R", "golden")
        self.assertIn(f"golden={shared}/golden data={shared}/data\n", out)
        self.assertRegex(out, r"ctest --preset release --parallel \d+ --output-junit \S*/build/release/\S+\.xml -R golden\n$")
        out, _ = self.run_launcher("test", TOEPLAB_GOLDEN_DIR="other")
        self.assertIn(f"golden=other data={shared}/data\n", out)


class Builds(LauncherTest):
    def test_a_second_start_only_asks_ninja(self):
        self.run_launcher("build")
        _, first = self.run_launcher("presets")
        self.assertEqual(first, "")
        self.assertEqual(len(self.calls("cmake")), 1)
        self.assertEqual(len(self.calls("ninja")), 2)
        self.assertEqual(self.calls("apt-get"), [])

    def test_tests_once_configured_stay(self):
        self.run_launcher("build")
        self.run_launcher("test")
        self.run_launcher("build")
        self.assertIn("-DTOEPLAB_TESTS=OFF", self.calls("cmake")[0])
        self.assertIn("-DTOEPLAB_TESTS=ON", self.calls("cmake")[1])
        self.assertEqual(len(self.calls("cmake")), 2)
        self.assertRegex(self.calls("ninja")[1], r" all$")
        self.assertRegex(self.calls("ninja")[2], r" programs$")

    def test_ci_and_named_presets(self):
        self.run_launcher("build", CI="true")
        self.assertIn("--preset ci", self.calls("cmake")[0])
        self.assertRegex(self.calls("ninja")[0], r"build/release ")
        self.run_launcher("build", TOEPLAB_PRESET="asan", CI="true")
        self.assertIn("--preset asan", self.calls("cmake")[1])
        self.assertRegex(self.calls("ninja")[1], r"build/asan ")

    def test_without_the_window_no_package_of_qt_is_asked_for(self):
        self.run_launcher("build", TOEPLAB_WINDOW="OFF", FAKE_MISSING="qt6-base-dev")
        self.assertEqual(self.calls("apt-get"), [])
        self.assertIn("-DTOEPLAB_WINDOW=OFF", self.calls("cmake")[0])
        self.assertIn("TOEPLAB_WINDOW=OFF", self.run_launcher("figure", "x", expect=1, TOEPLAB_WINDOW="OFF")[1])
        self.assertIn("TOEPLAB_WINDOW=OFF", self.run_launcher(expect=1, TOEPLAB_WINDOW="OFF", DISPLAY=":7")[1])

    def test_failures_show_their_cause_and_stop(self):
        _, err = self.run_launcher("presets", expect=1, FAKE_CMAKE_FAILS="1")
        self.assertIn("CMake Error: no Qt6 here", err)
        self.assertEqual(self.calls("ninja"), [])
        out, err = self.run_launcher("presets", expect=1, FAKE_NINJA_FAILS="1")
        self.assertIn("a.cpp:1: error: no such thing", err)
        self.assertEqual(out, "")
        self.assertEqual(self.run_launcher("presets")[0], "toeplab-engine presets\n")


if __name__ == "__main__":
    unittest.main()
