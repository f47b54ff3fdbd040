# SPDX-License-Identifier: GPL-3.0-or-later
"""Redraws this figure from data.csv and spec.json with matplotlib: python3 redraw.py [OUTPUT.pdf]"""

import csv
import json
import pathlib
import sys

import matplotlib.pyplot as plt
import numpy as np

here = pathlib.Path(__file__).parent
spec = json.loads((here / "spec.json").read_text())
options = spec["options"]
with open(here / "data.csv", newline="") as file:
    reader = csv.reader(file)
    names = next(reader)
    columns = dict(zip(names, map(list, zip(*reader))))


def numbers(name, rows=None):
    values = np.array(columns[name], dtype=float)
    return values if rows is None else values[rows]


def groups(*keys):
    """(label, row mask) for each combination of values, in order of appearance."""
    joined = [" ".join(parts) for parts in zip(*(columns[key] for key in keys))]
    for label in dict.fromkeys(joined):
        yield label, np.array([entry == label for entry in joined])


def curves(x, y, low=None, high=None, keys=()):
    for label, rows in groups(*keys) if keys else [("", slice(None))]:
        line, = plt.plot(numbers(x, rows), numbers(y, rows), label=label, linewidth=spec["line_pt"])
        if low:
            plt.fill_between(numbers(x, rows), numbers(low, rows), numbers(high, rows), color=line.get_color(), alpha=0.2, linewidth=0)
    if keys:
        plt.legend(frameon=False)


def training():
    x = {"step": "step", "epoch": "epoch", "time": "wall_seconds"}[options["x"]]
    shown = [(options["metric"], "smoothed")]
    if options["below"] != "none":
        shown.append(("below_" + options["below"], "below_smoothed"))
    plots = plt.gcf().subplots(len(shown), 1, sharex=True, squeeze=False)[:, 0]
    for plot, (column, smoothed) in zip(plots, shown):
        for label, rows in groups("run", "series"):
            metric = numbers(column, rows)
            if label.endswith("training"):
                line, = plot.plot(numbers(x, rows), numbers(smoothed, rows), label=label, linewidth=spec["line_pt"])
                plot.plot(numbers(x, rows), metric, color=line.get_color(), alpha=0.3, linewidth=0.6 * spec["line_pt"], zorder=1)
            else:
                plot.plot(numbers(x, rows), metric, "o", markersize=3, markerfacecolor="white", label=label)
        plot.set_ylabel(column.removeprefix("below_"))
        if options["log_x"]:
            plot.set_xscale("log")
        if options["log_y"]:
            plot.set_yscale("log")
    plots[-1].set_xlabel(options["x"])
    plots[0].legend(frameon=False)


def compare():
    curves({"step": "x"}.get(options["x"], options["x"]), "mean", "low", "high", keys=("group",))
    plt.xlabel(options["x"])
    plt.ylabel(options["metric"])


def kernel():
    curves("lag", "kernel", *(("quantile_low", "quantile_high") if "quantile_low" in columns else ()))
    if options["scale"] == "asinh":
        plt.yscale("asinh", linear_width=np.median(np.abs(numbers("kernel"))) or 1)
    plt.xlabel("lag k (positions)")
    plt.ylabel("kernel $t_k$")


def toeplitz():
    t = numbers("kernel")
    n = (len(t) + 1) // 2
    stride = -(-n // 1024)  # matplotlib draws cells: at most 1024 a side
    places = np.arange(0, n, stride)
    limit = options["limit"] or np.abs(t).max()
    plt.imshow(t[places[:, None] - places[None, :] + n - 1], cmap="RdBu_r", vmin=-limit, vmax=limit,
               extent=(-0.5, n - 0.5, n - 0.5, -0.5), interpolation="nearest")
    plt.colorbar(label="$T_{ij} = t_{i-j}$")
    plt.xlabel("column j (position)")
    plt.ylabel("row i (position)")


def evolution():
    steps, lags = np.unique(numbers("step")), np.unique(numbers("lag"))
    values = numbers("kernel").reshape(len(steps), len(lags))
    limit = options["limit"] or np.abs(values).max()
    plt.pcolormesh(lags, np.maximum(steps, 0.5), values, cmap="RdBu_r", vmin=-limit, vmax=limit, shading="nearest", rasterized=True)
    if options["log_step"]:
        plt.yscale("log")
    plt.colorbar(label="$t_k$")
    plt.xlabel("lag k (positions)")
    plt.ylabel("training step")


def frequency():
    figure = plt.gcf()
    upper, lower = figure.subplots(2, 1, sharex=True)
    for label, rows in groups("layer"):
        omega = numbers("omega", rows)
        upper.plot(omega, numbers("magnitude_db", rows), label=f"layer {label}", linewidth=spec["line_pt"])
        lower.plot(omega, numbers("phase", rows), linewidth=spec["line_pt"])
    upper.set_ylabel("|H(ω)| (dB)")
    lower.set_ylabel("phase (rad)")
    lower.set_xlabel("ω (rad/position)")
    if options["log_omega"]:
        lower.set_xscale("log")
    upper.legend(frameon=False)


def spikiness():
    against = options["against"]
    curves(against, "median", "quartile_low", "quartile_high", keys=("run",) if against == "layer" else ("run", "layer"))
    plt.xlabel(against)
    plt.ylabel(options["score"].replace("_", " "))


def ladder():
    scores = list(dict.fromkeys(columns["score"]))
    rows = [[label] + [f"{numbers('median', mask & (np.array(columns['score']) == score))[0]:.3g}" for score in scores]
            for label, mask in groups("layer", "axis")]
    plt.axis("off")
    plt.table(cellText=rows, colLabels=["layer"] + [score.replace("_", "\n") for score in scores], loc="center")


height = spec["height_mm"] or (1 if options.get("below", "none") != "none" else 0.62) * spec["width_mm"]
plt.rcParams.update({"font.size": spec["font_pt"], "pdf.fonttype": 42, "axes.linewidth": spec["axis_pt"]})
plt.figure(figsize=(spec["width_mm"] / 25.4, height / 25.4), dpi=spec["dpi"], layout="constrained")
globals()[spec["kind"]]()
if spec["kind"] != "training":
    if options.get("log_x"):
        plt.xscale("log")
    if options.get("log_y"):
        plt.yscale("log")
plt.savefig(sys.argv[1] if len(sys.argv) > 1 else here / "redrawn.pdf")
