# SPDX-License-Identifier: Apache-2.0
"""toeplab runs list, show, diff, doctor and export. Argument: the engine's path."""

import csv
import json
import os
import signal
import sys
import unittest

import numpy

from engine_case import SMALL, EngineCase

EngineCase.engine = sys.argv.pop(1)


def table(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


class Runs(EngineCase):
    def setUp(self):
        super().setUp()
        self.runs = self.path("home/runs")
        os.makedirs(self.runs)

    def run_file(self, name):
        return os.path.join(self.runs, name + ".h5")

    def names(self, *arguments):
        return [run["name"] for run in self.read("runs", "list", *arguments)["runs"]]

    def cut_off(self, run):
        training = self.start_training(run)
        for line in training.stdout:
            if '"step":25,' in line:
                break
        training.send_signal(signal.SIGKILL)
        training.communicate()

    def test_an_empty_home_says_how_to_begin(self):
        self.assertIn("There are no runs", self.run_engine("runs", "list").stdout)
        self.assertEqual(self.read("runs", "list")["runs"], [])
        self.assertIn("There is no folder", self.fails("runs", "list", self.path("nowhere")))

    def test_list_knows_states_sorts_and_filters(self):
        self.train(self.run_file("a"), "--steps", "40", "--seed", "1")
        self.train(self.run_file("b"), "--steps", "60", "--seed", "2", preset="tour-ski")
        self.cut_off(self.run_file("c"))
        stopping = self.start_training(self.run_file("d"))
        stopping.stdout.readline()
        stopping.send_signal(signal.SIGTERM)
        stopping.communicate()
        self.assertEqual(stopping.returncode, 130)
        with open(self.run_file("e"), "w") as file:
            file.write("no run")
        living = self.start_training(self.run_file("f"))
        living.stdout.readline()
        try:
            listed = {run["name"]: run for run in self.read("runs", "list")["runs"]}
            self.assertEqual({name: run["state"] for name, run in listed.items()},
                             {"a": "finished", "b": "finished", "c": "crashed", "d": "stopped", "e": "unreadable",
                              "f": "alive"})
        finally:
            living.kill()
            living.communicate()
        self.assertEqual((listed["a"]["step"], listed["b"]["step"], listed["b"]["preset"]), (40, 60, "tour-ski"))
        self.assertGreaterEqual(listed["c"]["step"], 10)
        self.assertIn("is no run file", listed["e"]["problem"])
        self.assertEqual(self.names("--state", "finished", "--sort", "name"), ["a", "b"])
        self.assertEqual(self.names("--state", "crashed", "--state", "stopped", "--sort", "name", self.runs), ["c", "d", "f"])
        self.assertEqual(self.names("--where", "mixer.kind=ski"), ["b"])
        self.assertEqual(self.names("--where", "train.seed=1", "--where", "mixer.kind=tno", "--state", "finished"), ["a"])
        self.assertEqual(self.names("--sort", "name", "--reverse", "--limit", "2"), ["f", "e"])
        self.assertEqual(self.names("--sort", "started", "--state", "finished"), ["b", "a"])
        best = sorted(("a", "b"), key=lambda name: -listed[name]["best_accuracy"])
        self.assertEqual(self.names("--sort", "accuracy", "--state", "finished"), best)
        self.assertIn("Did you mean mixer.kind?", self.fails("runs", "list", "--where", "mixer.knd=ski", code=2))

        text = self.run_engine("runs", "list", "--sort", "name").stdout.rstrip("\n").split("\n")
        column = text[0].index("state")
        for line, state in zip(text[1:], ("finished", "finished", "crashed", "stopped", "unreadable", "crashed")):
            self.assertTrue(line[column:].startswith(state), line)
        self.assertIn("is no run file", text[-1])

    def test_show_has_all_of_a_run(self):
        self.train(self.run_file("a"), "--steps", "40", "--seed", "3")
        shown = self.read("runs", "show", "a")
        self.assertEqual(shown["run"], self.run_file("a"))
        self.assertEqual(shown["state"], "finished")
        self.assertEqual((shown["results"]["step"], shown["results"]["last_checkpoint"]), (40, 40))
        self.assertEqual(shown["results"]["best_accuracy"], max(row["accuracy"] for row in shown["validation"]))
        self.assertEqual(shown["settings"]["train"]["seed"], 3)
        self.assertEqual(shown["provenance"]["seed"], 3)
        layer = shown["layers"][0]
        self.assertEqual((layer["layer"], layer["kind"], layer["length"]), (1, "tno", 20))
        self.assertEqual((layer["snapshots"][0], layer["snapshots"][-1]), (0, 40))
        self.assertEqual([event["kind"] for event in shown["events"]], ["start", "end"])
        text = self.run_engine("runs", "show", self.run_file("a")).stdout
        for word in ("mixer.kind", "libtorch", "parameters", "RPE", "The run reached its end of 40 steps."):
            self.assertIn(word, text)
        self.assertIn("cannot be opened", self.fails("runs", "show", "b"))

    def test_diff_shows_only_what_differs(self):
        self.train(self.run_file("a"), "--steps", "20", "--seed", "1")
        self.train(self.run_file("b"), "--steps", "20", "--seed", "2")
        self.train(self.run_file("c"), "--steps", "30", "--seed", "1", preset="tour-ski")
        two = self.read("runs", "diff", "a", "b")
        self.assertEqual(two["settings"], {"train.seed": [1, 2]})
        self.assertEqual(two["provenance"], {"seed": [1, 2]})
        self.assertNotIn("step", two["results"])
        self.assertEqual(len(two["results"]["loss"]), 2)
        three = self.read("runs", "diff", "a", "b", "c")
        self.assertEqual(three["settings"]["mixer.kind"], ["tno", "tno", "ski"])
        self.assertEqual(three["results"]["step"], [20, 20, 30])
        text = self.run_engine("runs", "diff", "a", "a").stdout
        self.assertIn("Settings: all the same", text)
        self.run_engine("runs", "diff", "a", code=2)

    def test_doctor_tells_sound_from_damaged_and_saves(self):
        run = self.run_file("a")
        self.train(run, "--steps", "40")
        sound = self.read("runs", "doctor", "a")
        self.assertTrue(sound["sound"] and sound["readable"])
        self.assertEqual((sound["step"], sound["salvaged"]), (40, None))
        with open(run, "r+b") as file:
            file.seek(os.path.getsize(run) // 2)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 255]))
        with open(run, "rb") as file:
            damaged = file.read()
        self.assertIn("does not fit its checksum", self.fails("eval", run))
        self.assertFalse(self.read("runs", "doctor", run, "--check", code=1)["sound"])
        said = self.read("runs", "doctor", run, code=1)
        saved = said["salvaged"]
        self.assertEqual(saved["path"], self.run_file("a-salvaged"))
        self.assertEqual(saved["rows"], 40)
        self.assertEqual(self.read("runs", "show", "a-salvaged")["results"]["step"], 40)
        self.assertTrue(self.read("runs", "doctor", "a-salvaged")["sound"])
        with open(run, "rb") as file:
            self.assertEqual(file.read(), damaged, "the damaged file stays as it is")
        sentence = self.fails("runs", "doctor", run, "--out", self.path("other.h5"))
        self.assertIn(f"were saved to {self.path('other.h5')}", sentence)
        self.assertIn("exists already", self.fails("runs", "doctor", run, "--out", self.path("other.h5")))

    def test_doctor_makes_a_run_of_a_journal_alone(self):
        run = self.run_file("a")
        self.cut_off(run)
        self.assertTrue(self.read("runs", "doctor", run)["sound"], "being cut off is no damage")
        os.remove(run)
        journal = self.run_file("a").replace(".h5", ".journal")
        said = self.read("runs", "doctor", journal, "--out", self.path("saved.h5"), code=1)
        self.assertEqual(self.read("runs", "show", self.path("saved.h5"))["results"]["step"], said["salvaged"]["step"])

    def test_export_is_what_other_programs_read(self):
        run = self.run_file("a")
        self.train(run, "--steps", "40")
        out = self.path("out")
        said = self.read("runs", "export", "a", "--to", out, "--snapshot", "all")
        self.assertEqual(sorted(said["files"]), sorted(os.listdir(out)))
        training = table(os.path.join(out, "training.csv"))
        self.assertEqual([int(row["step"]) for row in training], list(range(1, 41)))
        self.assertEqual(float(training[-1]["loss"]), self.read("runs", "show", "a")["results"]["loss"])
        self.assertEqual(table(os.path.join(out, "validation.csv"))[0]["split"], "val")
        self.assertEqual(table(os.path.join(out, "events.csv"))[0]["text"], "Start")
        ladder = table(os.path.join(out, "ladder.csv"))
        scores = self.read("analyze", run)["layers"][0]
        self.assertEqual(float(ladder[-1]["spikiness"]), scores["spikiness"])
        kernel = numpy.load(os.path.join(out, "layer_01_step_000040.npy"))
        self.assertEqual((kernel.dtype, kernel.shape), (numpy.float32, (scores["channels"], 39)))
        again = self.read("analyze", "--kernel", os.path.join(out, "layer_01_step_000040.npy"))["layers"][0]
        self.assertAlmostEqual(again["spikiness"], scores["spikiness"], 6)
        self.read("runs", "export", "a", "--to", out, "--what", "kernels", "--format", "csv", "--layer", "1")
        rows = table(os.path.join(out, "layer_01_step_000040.csv"))
        self.assertEqual([int(row["lag"]) for row in rows], list(range(-19, 20)))
        self.assertEqual([numpy.float32(row["channel_3"]) for row in rows], list(kernel[3]))
        self.train(self.path("again.h5"), "--steps", "5", preset=os.path.join(out, "settings.json"))
        self.assertIn("holds no kernel of layer 1 at step 3.", self.fails("runs", "export", "a", "--snapshot", "3"))
        self.assertIn("has no layer 7", self.fails("runs", "export", "a", "--layer", "7", "--to", out))
        self.assertIn("cannot be made", self.fails("runs", "export", "a", "--to", os.path.join(run, "x")))

    def test_help_has_an_example(self):
        for command in ("list", "show", "diff", "doctor", "export"):
            self.assertIn(f"Example:\n  toeplab runs {command}", self.run_engine("runs", command, "--help").stdout)


if __name__ == "__main__":
    unittest.main()
