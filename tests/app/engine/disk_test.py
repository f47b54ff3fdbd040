# SPDX-License-Identifier: Apache-2.0
"""A disk that fills up, a folder that may not be written, two engines on one run. Argument: the engine's path."""

import json
import os
import resource
import sys
import unittest

from engine_case import SMALL, EngineCase

EngineCase.engine = sys.argv.pop(1)


def at_most(size):
    """Files may not grow beyond `size` bytes, as on a disk that is full by then."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


class Disk(EngineCase):
    def setUp(self):
        super().setUp()
        self.run = self.path("a.h5")

    def last_step(self, run):
        return self.read("runs", "show", run)["results"]["step"]

    def test_no_room_at_all_is_a_sentence_and_leaves_nothing(self):
        sentence = self.fails("train", "tour", "--run", self.run, *SMALL, "--steps", "20", preexec_fn=at_most(2000))
        self.assertIn("cannot be written: File too large. Free some space", sentence)
        self.assertEqual([name for name in os.listdir(self.folder.name) if name.startswith("a.")], [])

    def test_a_disk_that_fills_up_is_told_and_what_was_written_stays(self):
        self.train(self.run, "--steps", "10")
        size = os.path.getsize(self.run)
        os.remove(self.run)
        done = self.train(self.run, "--steps", "5000", "--set", "train.eval_every=100000", code=1,
                          preexec_fn=at_most(size + 20000))
        self.assertIn("File too large", done.stderr)
        self.assertIn("kept in memory and tried again", done.stderr)
        self.assertTrue(done.stderr.rstrip().endswith("."))
        reached = self.last_step(self.run)
        self.assertGreater(reached, 10)
        self.assertTrue(self.read("runs", "doctor", self.run, "--check")["readable"])
        # With room again it goes on from its last checkpoint.
        again = self.run_engine("train", "--resume", "--run", self.run, "--steps", str(reached + 50), "--json",
                                "--threads", "1")
        self.assertEqual(json.loads(again.stdout.splitlines()[-1])["step"], reached + 50)
        self.assertEqual(self.last_step(self.run), reached + 50)

    def test_a_folder_that_cannot_be_written_is_a_sentence(self):
        self.assertIn("There is no folder",
                      self.fails("train", "tour", "--run", self.path("none/a.h5"), *SMALL, "--steps", "2"))
        self.assertIn("Check that its folder exists and may be written.",
                      self.fails("train", "tour", "--run", "/proc/a.h5", *SMALL, "--steps", "2"))

    def test_a_second_engine_on_the_same_run_is_refused(self):
        first = self.start_training(self.run, "--steps", "100000")
        try:
            while '"step":15,' not in first.stdout.readline():
                self.assertIsNone(first.poll())
            self.assertIn("exists already", self.fails("train", "tour", "--run", self.run, *SMALL, "--steps", "2"))
            self.assertIn("is being written by another process. Stop that one first.",
                          self.fails("train", "--resume", "--run", self.run, "--steps", "20", "--threads", "1"))
            self.assertIn("is being written at this moment",
                          json.dumps(self.read("runs", "doctor", self.run, "--check")))
            self.assertIsNone(first.poll())
        finally:
            first.kill()
            first.communicate()


if __name__ == "__main__":
    unittest.main()
