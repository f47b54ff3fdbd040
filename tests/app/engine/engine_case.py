# SPDX-License-Identifier: Apache-2.0
"""The engine as a user runs it, in a home of its own, with a model that makes a step in milliseconds."""

import json
import os
import subprocess
import tempfile
import unittest

SMALL = ["--set", "task.train_samples=300", "--set", "task.val_samples=40", "--set", "task.test_samples=50",
         "--set", "task.max_length=20", "--set", "model.layers=1", "--set", "model.width=8", "--set", "train.batch=8",
         "--set", "mixer.rpe_width=4", "--set", "train.eval_every=20", "--set", "train.checkpoint_every=10",
         "--threads", "1"]


class EngineCase(unittest.TestCase):
    engine = None  # path of the program, set by the script's main

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.environment = dict(os.environ, TOEPLAB_HOME=self.path("home"))

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def run_engine(self, *arguments, code=0, **options):
        done = subprocess.run([self.engine, *arguments], env=self.environment, capture_output=True, text=True,
                              timeout=120, **options)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def fails(self, *arguments, code=1, **options):
        """The one sentence that it failed with."""
        done = self.run_engine(*arguments, code=code, **options)
        lines = done.stderr.strip().split("\n")
        self.assertTrue(lines[-1].startswith("toeplab: "), done.stderr)
        return lines[-1]

    def read(self, *arguments, code=0):
        """With --json standard output is one JSON object."""
        return json.loads(self.run_engine(*arguments, "--json", code=code).stdout)

    def train(self, run, *arguments, preset="tour", **options):
        return self.run_engine("train", preset, "--run", run, "--json", *SMALL, *arguments, **options)

    def start_training(self, run, *arguments, preset="tour", **options):
        return subprocess.Popen([self.engine, "train", preset, "--run", run, "--json", *SMALL, *arguments],
                                env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
