# SPDX-License-Identifier: Apache-2.0
"""Training that is killed at random moments, again and again, and resumed each time.

Arguments: the engine's path, and how often to kill (default 40). A chain of kills and resumptions ends with the run
that was never killed, to the last bit.
"""

import json
import os
import random
import subprocess
import sys
import time
import unittest

import h5py
import numpy

from engine_case import SMALL, EngineCase

EngineCase.engine = sys.argv.pop(1)
KILLS = int(sys.argv.pop(1)) if len(sys.argv) > 1 and sys.argv[1].isdigit() else 40
STEPS = 1500
SETTINGS = ["--set", "train.checkpoint_every=40", "--set", "train.eval_every=150", "--seed", "5"]


def arrays(group, prefix=""):
    """Every dataset below a group by its path."""
    found = {}
    for name, item in group.items():
        found.update(arrays(item, prefix + name + "/") if isinstance(item, h5py.Group) else {prefix + name: item[()]})
    return found


class Killed(EngineCase):
    def setUp(self):
        super().setUp()
        self.random = random.Random(20240607)
        self.kills = self.without_run = self.resumed = self.chains = 0
        self.most_lost = 0.0

    def start(self, run, resume):
        command = ["train", "--resume", "--threads", "1"] if resume else ["train", "tour", *SMALL, *SETTINGS]
        self.said = open(self.path("said"), "wb+")
        return subprocess.Popen([self.engine, *command, "--run", run, "--steps", str(STEPS), "--json"],
                                env=self.environment, stdout=self.said, stderr=subprocess.PIPE)

    def last_said(self):
        """Training time at each step that the engine told of. A line may have been cut off."""
        self.said.seek(0)
        lines = self.said.read().split(b"\n")
        self.said.close()
        rows = [json.loads(line) for line in lines if line.startswith(b'{') and line.endswith(b'}')]
        return {row["step"]: row["wall_seconds"] for row in rows if row.get("event") == "metrics"}

    def examine(self, run):
        """What must hold of a run whose engine was killed."""
        said = self.last_said()
        step = max(said, default=0)
        if not os.path.exists(run):
            self.without_run += 1
            self.assertEqual(step, 0)
            return False
        shown = self.read("runs", "show", run)
        self.assertEqual(shown["state"], "crashed")
        kept = shown["results"]["step"]
        if step > kept:
            seconds = said[step] - said.get(kept, min(said.values()))
            self.most_lost = max(self.most_lost, seconds)
            self.assertLess(seconds, 1, f"steps {kept + 1} to {step} are lost")
        self.assertTrue(self.read("runs", "doctor", run, "--check")["sound"])
        return shown["results"]["last_checkpoint"] is not None

    def has_ended(self, run):
        return os.path.exists(run) and self.read("runs", "show", run)["state"] == "finished"

    def content(self, run):
        """Everything that the seed decides: losses, validation, marks' steps, kernels, the whole checkpoint."""
        with h5py.File(run) as file:
            training = file["run/training"]
            found = arrays(file["run/checkpoints"])
            state = json.loads(found.pop("last/state"))
            found.pop("best/state", None)
            found["state"] = numpy.array([state["step"], state["epoch"], state["batch"]])
            for name in ("loss", "accuracy", "learning_rate", "gradient_norm"):
                found[name] = training[name][name][()]
            found["step"] = training["loss/step"][()]
            found["validation"] = file["run/validation/loss/loss"][()]
            found["kernels"] = arrays(file["run/kernels"])["layer_01/kernel"][-1]
            return found

    def test_random_kills(self):
        whole = self.path("whole.h5")
        begun = time.monotonic()
        training = self.start(whole, False)
        self.assertEqual(training.wait(), 0, training.stderr.read())
        training.stderr.close()
        self.said.close()
        whole_seconds = time.monotonic() - begun
        expected = self.content(whole)
        run, resume = self.path("killed.h5"), False
        while self.kills < KILLS or resume:
            training = self.start(run, resume)
            # The last chain is brought to its end.
            delay = self.random.uniform(0, 0.7 * whole_seconds) if self.kills < KILLS else 600
            try:
                training.wait(delay)
            except subprocess.TimeoutExpired:
                training.kill()
                training.wait()
                self.kills += 1
            errors = training.stderr.read().decode()
            training.stderr.close()
            if training.returncode == 0 or self.has_ended(run):  # by itself, or killed in its last moment
                self.said.close()
                self.compare(run, expected)
                run, resume = self.path(f"killed-{self.kills}.h5"), False
                continue
            self.assertEqual(training.returncode, -9, errors)
            self.resumed += resume
            resume = self.examine(run)
            if not resume and os.path.exists(run):
                run = self.path(f"killed-{self.kills}.h5")  # cut off before its first checkpoint, in its first moment
        print(f"{self.kills} kills, {self.without_run} before there was a run, {self.resumed} while resumed; "
              f"{self.chains} chains ended bit-equal; at most {self.most_lost:.3f} s of steps lost", flush=True)
        self.assertGreater(self.chains, 0)

    def compare(self, run, expected):
        found = self.content(run)
        self.assertEqual(found.keys(), expected.keys())
        differing = [name for name, values in expected.items()
                     if not numpy.array_equal(found[name], values, equal_nan=values.dtype.kind == "f")]
        self.assertEqual(differing, [])
        self.assertEqual(self.read("runs", "show", run)["state"], "finished")
        self.chains += 1


if __name__ == "__main__":
    unittest.main()
