#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Includes point one way: kernels <- core <- widgets <- app, and each library stays in the layers that may see it.

Tests obey the rules of the folder that they mirror. A project header counts as LibTorch when it includes it, however
deep; so no header lets it into a place that must not see it.
"""

import sys

import tree

TORCH = ("torch/", "ATen/", "c10/")
QT = ("Qt", "QCustomPlot", "qcustomplot", "widgets/plots/qcp")
CUDA = ("cuda", "cufft", "cublas")
FILES = ("hdf5", "H5", "nlohmann/")
EVERYWHERE = ("tests/support", "tests/e2e", "tests/bench", "tests/fuzz", "tests/style")
QCUSTOMPLOT_WRAPPER = "widgets/plots/qcp.h"


def forbidden(place: str) -> list[tuple[str, tuple[str, ...]]]:
    """(what it is called, prefixes) that a file at this place may not include."""
    if place.startswith("kernels/"):
        return [("LibTorch", TORCH), ("Qt", QT), ("HDF5 or JSON", FILES)]
    if tree.is_in(place, tree.TORCH_FOLDERS) or place.startswith("app/engine/"):
        return [("Qt", QT)]
    if place.startswith("core/"):
        return [("Qt", QT), ("LibTorch", TORCH)]
    if place.startswith(("widgets/", "app/window/")):
        return [("LibTorch", TORCH), ("CUDA", CUDA)]
    return []


def is_qt(header: str) -> bool:
    return header.startswith(QT) or (header[0] == "Q" and header[1:2].isupper())


def matches(header: str, what: str, prefixes: tuple[str, ...]) -> bool:
    return is_qt(header) if what == "Qt" else header.startswith(prefixes)


def wrong_direction(place: str, header: str) -> str | None:
    here, there = place.split("/")[0], header.split("/")[0]
    if here in tree.LAYERS and there in tree.LAYERS:
        if tree.LAYERS.index(there) > tree.LAYERS.index(here):
            return f"{here} must not include {there}"
        if place.startswith("app/engine/") and header.startswith(("app/window/", "widgets/")):
            return "the engine must not include the window or its widgets"
        if place.startswith("app/window/") and header.startswith("app/engine/"):
            return "the window must not include the engine"
    return None


def torch_headers(top, names: list[str]) -> set[str]:
    """Project headers that include LibTorch, directly or through others."""
    direct = {name: [header for _, header, _ in tree.includes(top, name)] for name in names}
    found = {name for name, headers in direct.items() if any(header.startswith(TORCH) for header in headers)}
    while True:
        more = {name for name, headers in direct.items() if name not in found and found.intersection(headers)}
        if not more:
            return found
        found |= more


def check(top) -> list[str]:
    names = [name for name in tree.files(top) if name.endswith(tree.CODE)]
    torch = torch_headers(top, names)
    findings = []
    for name in names:
        if tree.is_in(name, EVERYWHERE):
            continue
        place = tree.layer_path(name)
        for line, header, _ in tree.includes(top, name):
            where = f"{name}:{line}: {header}: "
            wrong = wrong_direction(place, header)
            if wrong:
                findings.append(where + wrong)
            if ".." in header.split("/"):
                findings.append(where + "includes are written from the repository root")
            if header in ("qcustomplot.h", "QCustomPlot") and name != QCUSTOMPLOT_WRAPPER:
                findings.append(where + f"include {QCUSTOMPLOT_WRAPPER} instead")
            for what, prefixes in forbidden(place):
                if matches(header, what, prefixes) or (what == "LibTorch" and header in torch):
                    findings.append(where + f"no {what} here")
    return findings


if __name__ == "__main__":
    sys.exit(tree.finish(check(tree.root()), "includes point one way"))
