# SPDX-License-Identifier: Apache-2.0
"""toeplab presets, data and analyze, run as a user runs them. Argument: the engine's path."""

import json
import math
import os
import struct
import subprocess
import sys
import tempfile
import unittest

ENGINE = sys.argv.pop(1)


class Commands(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.environment = dict(os.environ, TOEPLAB_HOME=self.path("home"))

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def run_engine(self, *arguments, code=0):
        done = subprocess.run([ENGINE, *arguments], env=self.environment, capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def read(self, *arguments):
        """With --json standard output is one JSON object."""
        return json.loads(self.run_engine(*arguments, "--json").stdout)

    def test_presets_are_listed_and_printed(self):
        listed = [preset["name"] for preset in self.read("presets")["presets"]]
        self.assertEqual(listed[0], "tour")
        for name in listed:
            pretty = json.loads(self.run_engine("presets", name).stdout)
            self.assertEqual(pretty, self.read("presets", name))
            self.assertEqual(pretty["name"], name)
        wrong = self.run_engine("presets", "tuor", code=1)
        self.assertEqual(wrong.stdout, "")
        self.assertIn("Did you mean tour?", wrong.stderr)

    def test_data_goes_from_generated_to_imported(self):
        made = self.read("data", "generate", "listops", "--to", self.path("made"), "--samples", "50", "--val-samples", "20",
                         "--test-samples", "10", "--seed", "7", "--longer-than", "9", "--shorter-than", "64")
        self.assertEqual([file["samples"] for file in made["files"]], [50, 20, 10])
        with open(self.path("made/basic_train.tsv")) as file:
            lines = file.read().split("\n")
        self.assertEqual(lines[0], "Source\tTarget")
        self.assertEqual(len(lines), 52)
        self.assertEqual(lines[1][0], "(")
        again = self.path("again")
        self.read("data", "generate", "listops", "--to", again, "--samples", "50", "--val-samples", "20", "--test-samples",
                  "10", "--seed", "7", "--longer-than", "9", "--shorter-than", "64")
        with open(os.path.join(again, "basic_train.tsv")) as file:
            self.assertEqual(file.read().split("\n"), lines)

        self.assertEqual(self.read("data", "import", "listops", self.path("made"), "--name", "small")["name"], "small")
        listed = self.read("data", "list")["data"]
        self.assertEqual([(entry["task"], entry["name"]) for entry in listed], [("listops", "small")])
        verified = self.read("data", "verify", "listops")["data"][0]
        self.assertEqual(sum(verified["files"][0]["samples_of_label"]), 50)
        self.assertEqual(verified["problem"], "")

    def test_damage_is_named_by_its_line(self):
        with open(self.path("basic_test.tsv"), "w") as file:
            file.write("Source\tTarget\n( ( ( [MIN 3 ) 5 ) ] )\t3\n( ( ( [MIN 3 ) 5 )")
        for command in (("verify", "listops", self.path("basic_test.tsv")), ("import", "listops", self.folder.name)):
            done = self.run_engine("data", *command, code=1)
            self.assertIn("Line 3 of", done.stderr)
            self.assertEqual(done.stdout, "")

    def test_wrong_usage_is_told_apart(self):
        self.run_engine("data", code=2)
        self.run_engine("data", "generate", "listops", code=2)
        done = self.run_engine("data", "generate", "listops", "--to", self.path("x"), "--samples", "many", code=2)
        self.assertIn("task.train_samples", done.stderr)
        self.run_engine("analyze", code=2)

    def test_analyze_scores_a_kernel_file(self):
        n, gamma = 64, 0.9
        values = [gamma**k if k >= 0 else 0.0 for k in range(-(n - 1), n)]
        header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, %d), }" % (2 * n - 1)
        header += " " * (-(10 + len(header) + 1) % 64) + "\n"
        with open(self.path("kernel.npy"), "wb") as file:
            file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
            file.write(struct.pack("<%dd" % (2 * len(values)), *values, *values))
        csv = self.path("ladder.csv")
        row = self.read("analyze", "--kernel", self.path("kernel.npy"), "--band", "3", "--csv", csv)["layers"][0]
        energy = [(n - k) * gamma**(2 * k) for k in range(n)]
        self.assertAlmostEqual(row["spikiness"], sum(energy[:4]) / sum(energy), 12)
        self.assertAlmostEqual(row["decay_rate"], gamma, 9)
        self.assertEqual(row["anticausal_energy"], 0)
        self.assertTrue(row["causal"])
        self.assertEqual((row["channels"], row["length"]), (2, n))
        self.assertEqual(row["effective_width_quartiles"], [row["effective_width"]] * 2)
        self.assertTrue(1 < row["effective_rank"] < n and math.isfinite(row["peak_over_median"]))
        with open(csv) as file:
            heading, values = [line.rstrip("\n").split(",") for line in file]
        self.assertAlmostEqual(float(values[heading.index("spikiness")]), row["spikiness"], 12)
        self.assertIn("is no .npy file", self.run_engine("analyze", "--kernel", csv, code=1).stderr)
        self.assertNotEqual(self.run_engine("analyze", self.path("none.h5"), code=1).stderr, "")


if __name__ == "__main__":
    unittest.main()
