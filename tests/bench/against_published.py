#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Toeplab beside the published Python on the same machine in the same run, as Markdown tables with ratios.

    against_published.py BIN_FOLDER "PYTHON PEER_BENCH" [--operators] [--models] [--repeat K] [--device cuda]

PEER_BENCH is a script that answers `--one JSON` with one JSON line {"median_s", "min_s", "over_base_mib"} for
    {"f": "operator", "op": "tno"|"ski"|"fd", "n", "d", "batch", "causal", "k"}    and
    {"f": "model", "task": "listops"|"text"|"image"|"pathfinder", "op", "batch", "k"}.
The two take turns case by case, so that what else the machine does meets both. Ratios are of the least times: on a shared
machine they are what the program takes. `models_bench` must have been built (it is no part of the programs). With --device cuda
both run on the graphics card, PEER_BENCH by itself, on batches that fill one; memory is then the card's.
"""
import argparse
import json
import os
import shlex
import subprocess
import sys

OPERATORS = [(op, n, causal) for op in ("tno", "ski", "fd") for n in (512, 2048, 8192) for causal in (False, True)]
TASKS = {"cpu": (("listops", 8), ("text", 4), ("image", 8), ("pathfinder", 8)),
         "cuda": (("listops", 64), ("text", 32), ("image", 64), ("pathfinder", 128))}


def answer(command):
    done = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ, OMP_WAIT_POLICY="passive"), check=False)
    lines = done.stdout.strip().splitlines()
    try:
        return json.loads(lines[-1])
    except (IndexError, json.JSONDecodeError):
        return {"error": done.stderr.strip().splitlines()[-1:] or ["no answer"]}


def published(peer, case):
    return answer(peer + ["--one", json.dumps(case)])


def ratio(theirs, ours):
    return f"{theirs / ours:.1f}"


def seconds(value):
    return f"{value:.3f}" if value >= 0.1 else f"{value * 1000:.1f} ms"


def operators(engine, peer, repeat, device):
    print("| operator | n | published s | Toeplab s | times as fast | published MiB | Toeplab MiB | max error |")
    print("|---|---|---|---|---|---|---|---|")
    for op, n, causal in OPERATORS:
        theirs = published(peer, {"f": "operator", "op": op, "n": n, "d": 128, "batch": 8, "causal": causal, "k": repeat})
        ours = answer([engine, "bench", "operator", "--kind", op, "--length", str(n), "--channels", "128", "--batch", "8",
                       "--repeat", str(2 * repeat), "--device", device, "--json"] + (["--causal"] if causal else []))
        name = f"{op}{' causal' if causal else ''}"
        if "error" in theirs or "error" in ours:
            print(f"| {name} | {n} | {theirs.get('error', '')} | {ours.get('error', '')} | | | | |", flush=True)
            continue
        print(f"| {name} | {n} | {seconds(theirs['min_s'])} | {seconds(ours['min_seconds'])} | "
              f"{ratio(theirs['min_s'], ours['min_seconds'])} | {theirs['over_base_mib']:.0f} | "
              f"{ours['workspace_mib']:.0f} | {ours['max_error']:.0e} |", flush=True)


def models(bench, peer, repeat, device):
    print("| training step | batch | published s | fp32 s | times as fast | of products alone | bf16 s | bf16 over fp32 | "
          "published MiB | Toeplab MiB |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for task, op, batch in ((task, op, batch) for task, batch in TASKS[device] for op in ("tno", "ski", "fd")):
        theirs = published(peer, {"f": "model", "task": task, "op": op, "batch": batch, "k": repeat})
        full = answer([bench, task, op, str(batch), str(repeat), "fp32", device])
        half = answer([bench, task, op, str(batch), str(repeat), "bf16", device])
        if "error" in full or "error" in half:
            print(f"| {task} {op} | {batch} | | {full.get('error', half.get('error'))} | | | | | | |", flush=True)
            continue
        known = "error" not in theirs
        products = f"{full['min_seconds'] / full['products_seconds']:.2f}" if full.get("products_seconds", 0) > 0 else ""
        print(f"| {task} {op} | {batch} | {seconds(theirs['min_s']) if known else 'stops with an error'} | "
              f"{seconds(full['min_seconds'])} | {ratio(theirs['min_s'], full['min_seconds']) if known else ''} | "
              f"{products} | {seconds(half['min_seconds'])} | "
              f"{ratio(full['min_seconds'], half['min_seconds'])} | "
              f"{theirs['over_base_mib'] if known else float('nan'):.0f} | {full['workspace_mib']:.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder")
    parser.add_argument("peer")
    parser.add_argument("--operators", action="store_true")
    parser.add_argument("--models", action="store_true")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    options = parser.parse_args()
    peer = shlex.split(options.peer)
    if options.operators or not options.models:
        operators(os.path.join(options.folder, "toeplab-engine"), peer, options.repeat, options.device)
    if options.models or not options.operators:
        bench = os.path.join(options.folder, "models_bench")
        if not os.path.exists(bench):
            sys.exit(f"{bench} is not there: build it with ninja -C build/release models_bench.")
        models(bench, peer, options.repeat, options.device)


if __name__ == "__main__":
    main()
