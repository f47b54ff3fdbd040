# SPDX-License-Identifier: Apache-2.0
"""The run file as a colleague opens it: with h5py, with no program of ours. Argument: the engine's path."""

import json
import os
import re
import sys
import unittest

import h5py
import numpy

from engine_case import EngineCase

EngineCase.engine = sys.argv.pop(1)


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def default_plot(file):
    """Follows @default from the root to an NXdata group, as H5Web, silx and nexpy do."""
    group = file
    while text(group.attrs.get("NX_class", "")) != "NXdata":
        group = group[text(group.attrs["default"])]
    return group


class RunFile(EngineCase):
    def setUp(self):
        super().setUp()
        self.run = self.path("a.h5")

    def check_plot(self, group):
        """What the NeXus standard asks of an NXdata group."""
        self.assertEqual(text(group.attrs["NX_class"]), "NXdata")
        signal = group[text(group.attrs["signal"])]
        axes = group.attrs["axes"]
        self.assertEqual(len(axes), signal.ndim)
        self.assertIsInstance(text(signal.attrs["long_name"]), str)
        self.assertIsInstance(text(signal.attrs["units"]), str)
        for position, name in enumerate(axes):
            axis = group[text(name)]
            self.assertEqual(axis.ndim, 1)
            self.assertEqual(len(axis), signal.shape[position])
            self.assertEqual(group.attrs[text(name) + "_indices"], position)
            self.assertTrue(text(axis.attrs["long_name"]) and text(axis.attrs["units"]))
            self.assertEqual(signal.dims[position][0], axis, "a dimension scale, for readers of netCDF")
        for name in group.attrs.get("auxiliary_signals", []):
            self.assertEqual(group[text(name)].shape, signal.shape)
        if "SILX_style" in group.attrs:
            json.loads(text(group.attrs["SILX_style"]))
        return signal

    def test_the_default_plot_is_the_training_loss(self):
        events = [json.loads(line) for line in self.train(self.run, "--steps", "30").stdout.splitlines()]
        losses = [event["loss"] for event in events if event["event"] == "metrics"]
        with h5py.File(self.run) as file:
            self.assertEqual(text(file.attrs["NX_class"]), "NXroot")
            self.assertEqual(text(file.attrs["toeplab_schema"]), "1.0")
            group = default_plot(file)
            self.assertEqual(group.name, "/run/training/loss")
            signal = self.check_plot(group)
            self.assertEqual(list(signal), losses)
            self.assertEqual(list(group["step"]), list(range(1, 31)))
            self.assertEqual((text(signal.attrs["long_name"]), text(signal.attrs["units"])), ("Training loss", "nats"))

    def test_every_plot_and_every_value_can_be_read(self):
        self.train(self.run, "--steps", "30")
        plots, kinds = [], set()
        with h5py.File(self.run) as file:
            def visit(name, item):
                kinds.add(text(item.attrs.get("NX_class", "")))
                if isinstance(item, h5py.Dataset):
                    item[()]
                elif text(item.attrs.get("NX_class", "")) == "NXdata":
                    self.check_plot(item)
                    plots.append(name)
                for key in ("default", ):
                    if isinstance(item, h5py.Group) and key in item.attrs:
                        self.assertIn(text(item.attrs[key]), item)
            file.visititems(visit)
            links = []
            file.visititems(lambda name, item: links.extend(
                type(item.get(child, getlink=True)) for child in item) if isinstance(item, h5py.Group) else None)
            self.assertEqual(set(links), {h5py.HardLink}, "no file needs another")
            for wanted in ("training/accuracy", "validation/accuracy", "kernels/layer_01", "analysis/spikiness"):
                self.assertIn("run/" + wanted, plots)
            self.assertEqual(json.loads(file["run/config"].asstr()[()])["name"], "tour")
            self.assertEqual(json.loads(file["run/provenance"].asstr()[()])["libtorch"], "2.11.0")
            self.assertEqual(h5py.check_string_dtype(file["run/config"].dtype).encoding, "utf-8")
            layer = file["run/kernels/layer_01"]
            self.assertEqual(layer["kernel"].dtype, numpy.float16)
            self.assertEqual(list(layer["lag"]), list(range(-19, 20)))
            self.assertEqual(layer["kernel"].chunks, (1, ) + layer["kernel"].shape[1:])
            self.assertIs(bool(layer.attrs["causal"]), False)
            last = file["run/checkpoints/last"]
            self.assertEqual(last.attrs["step"], 30)
            exact = last["kernels/layer_01"][()]
            self.assertEqual(exact.dtype, numpy.float32)
            rounded = layer["kernel"][-1].astype(numpy.float32) * layer["scale"][-1]
            self.assertLess(numpy.abs(rounded - exact).max(), numpy.abs(exact).max() * 2**-10)
            self.assertEqual(json.loads(last["state"].asstr()[()])["step"], 30)
        self.assertIn("NXcollection", kinds)

    def test_every_object_is_documented(self):
        self.train(self.run, "--steps", "30")
        document = os.path.join(os.path.dirname(__file__), "../../../resources/docs/run_format.md")
        with open(document) as file:
            words = set(re.findall(r"`[/@]?([^`]+)`", file.read()))
        words = {part for word in words for part in word.split("/")}
        missing = set()
        with h5py.File(self.run) as file:
            def visit(name, item):
                parts = re.sub(r"layer_\d+", "layer_NN", name).split("/")
                tensors = [i for i, part in enumerate(parts) if part in ("parameters", "exp_avg", "exp_avg_sq", "steps", "generators")]
                missing.update(set(parts[:tensors[0] + 1] if tensors else parts) - words)
                common = {"NX_class", "signal", "axes", "title", "long_name", "units", "CLASS", "NAME", "REFERENCE_LIST",
                          "DIMENSION_LIST", "SILX_style", "auxiliary_signals", "default"}
                missing.update({key for key in item.attrs if not key.endswith("_indices")} - common - words)
            file.visititems(visit)
            visit("", file)
        self.assertEqual(missing - {""}, set())

    def test_a_reader_that_holds_the_file_does_not_stop_the_writer(self):
        training = self.start_training(self.run, "--steps", "400")
        training.stdout.readline()
        with h5py.File(self.run) as held:  # locked by HDF5 for as long as it is open
            rest, errors = training.communicate()
            self.assertEqual(training.returncode, 0, errors)
            self.assertIn("loss", held["run/training"])
        self.assertEqual(json.loads(rest.splitlines()[-1])["reason"], "steps")
        self.assertEqual(errors.count("toeplab:"), 0, errors)
        self.assertEqual(self.read("runs", "show", self.run)["results"]["step"], 400)

    def test_a_newer_minor_version_is_read_and_a_newer_major_one_refused(self):
        self.train(self.run, "--steps", "10")
        for schema, code in (("1.7", 0), ("2.0", 1)):
            with h5py.File(self.run, "r+") as file:
                file.attrs["toeplab_schema"] = schema
                file["run"].attrs["toeplab_schema"] = schema
                file["run"].attrs["of_a_later_version"] = 1
            done = self.run_engine("runs", "show", self.run, code=code)
        self.assertIn("has format 2.0, this version of Toeplab reads 1.x. Open it with a newer one.", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_what_a_colleague_adds_stays_readable(self):
        self.train(self.run, "--steps", "10")
        with h5py.File(self.run, "r+") as file:
            file["run"].attrs["comment"] = "schön"
            file["notes"] = "mine"
        self.assertEqual(self.read("runs", "show", self.run)["results"]["step"], 10)
        said = self.read("runs", "doctor", self.run)
        self.assertTrue(said["sound"])
        self.assertIn("another program has rewritten it", json.dumps(said))
        with h5py.File(self.path("other.h5"), "w") as file:
            file["data"] = [1, 2, 3]
        self.assertIn("not a run of Toeplab", self.fails("runs", "show", self.path("other.h5")))


if __name__ == "__main__":
    unittest.main()
