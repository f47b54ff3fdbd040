# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole product once, as a person meets it: open, watch it learn, pause, change the learning rate, select a layer, export
a figure, stop, reopen the file; then the same window survives the death of its engine. Real window, real engine, real input.

Nothing is taken from the window's word alone: the run file says what was trained and when it was paused, pdfinfo and
pdffonts say what was exported.

    window_test.py BIN_FOLDER          TOEPLAB_TEST_PICTURES=FOLDER keeps pictures of the steps
"""
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

try:
    import h5py
except ImportError:
    print("python3-h5py is not installed: the end-to-end test is skipped")
    sys.exit(77)

from screen import Failure, Screen, Window, need

CURVES = "curves-training"


def check(condition, what):
    if not condition:
        raise Failure(what)
    print("ok:", what, flush=True)


def steps_of(window):
    return window.figure(CURVES).get("last_step", 0)


def state_is(window, word):
    return word in window.text("status-engine")


def run_file(home):
    files = [name for name in os.listdir(home + "/runs") if name.endswith(".h5")]
    check(len(files) == 1, f"one run was made: {files}")
    return os.path.join(home, "runs", files[0])


def contents(path):
    with h5py.File(path, "r") as file:
        training = file["run/training/loss"]
        kinds = [kind.decode() if isinstance(kind, bytes) else kind for kind in file["run/events/kind"][:]]
        return {"step": training["step"][:], "loss": training["loss"][:], "kinds": kinds,
                "values": file["run/events/value"][:], "event_steps": file["run/events/step"][:]}


def learns_and_obeys(window):
    window.until("the window is up", lambda: window.widget("transport-run"), 30)
    print(f"the window was up after {time.monotonic() - window.started:.2f} s", flush=True)
    check(window.text("curves-sentence") or window.widget(CURVES), "an empty panel says what will appear")
    window.until("the first time ever, the tour trains by itself", lambda: steps_of(window) >= 1, 120)
    print(f"the first step was seen after {time.monotonic() - window.started:.2f} s", flush=True)
    window.until("90 steps", lambda: steps_of(window) >= 90, 240)
    window.picture("training")

    window.click("transport-run")
    window.until("it pauses", lambda: state_is(window, "paused"), 30)
    time.sleep(1)
    paused_at = steps_of(window)
    time.sleep(2)
    check(steps_of(window) == paused_at, f"a paused run stands still at step {paused_at}")

    window.type_into("transport-lr", "0.0002")
    window.key("Return")
    window.until("the learning rate is accepted", lambda: not window.widget("transport-lr")["focus"], 10)

    window.key("space")
    window.until("Space resumes", lambda: steps_of(window) >= paused_at + 20, 120)

    rows = window.until("the ladder has two layers", lambda: len(window.widget("ladder-table")["rows"]) == 2
                        and window.widget("ladder-table")["rows"], 30)
    window.click_at(rows[1]["rect"])
    window.until("every panel follows layer 2", lambda: window.figure("map-toeplitz").get("kernel_layer") == 2
                 and window.figure("frequency-frequency").get("kernel_layer") == 2
                 and window.figure("evolution-evolution").get("layer") == 2
                 and "layer 2" in window.text("status-choice"), 30)
    window.picture("layer-2")
    return paused_at


def exports(window, home):
    target = home + "/curves.pdf"
    window.click("curves-menu")
    window.choose("Export")
    window.type_into("export-path", target)
    window.picture("export")
    window.click("export-run")
    window.until("the PDF is written", lambda: os.path.exists(target), 60)
    info = subprocess.run(["pdfinfo", target], capture_output=True, text=True, check=True).stdout
    width = float(re.search(r"Page size:\s+([\d.]+)", info).group(1))
    check(abs(width - 82.6 / 25.4 * 72) < 0.5, f"the PDF is 82.6 mm wide ({width} pt)")
    fonts = subprocess.run(["pdffonts", target], capture_output=True, text=True, check=True).stdout.splitlines()[2:]
    check(len(fonts) > 0 and all("Type 3" not in line and re.search(r"\byes\b", line) for line in fonts),
          "its fonts are embedded and none is Type 3")
    text = subprocess.run(["pdftotext", target, "-"], capture_output=True, text=True, check=True).stdout
    check("step" in text.lower() and "loss" in text.lower(), "its axes are labelled in text")


def stops_and_reopens(screen, window, program, home, paused_at):
    window.click("transport-stop")
    window.choose("Stop after a checkpoint")
    window.until("it has stopped", lambda: not state_is(window, "running") and not state_is(window, "stopping")
                 and not window.widget("transport-stop")["enabled"], 60)
    path = run_file(home)
    window.key("ctrl+q")
    check(window.wait() == 0, "the window closes")

    run = contents(path)
    last = int(run["step"][-1])
    check(list(run["step"]) == list(range(1, last + 1)), f"every step up to {last} is in the file")
    first, late = run["loss"][:20].mean(), run["loss"][-40:].mean()
    check(late < first - 0.15, f"the loss fell from {first:.2f} to {late:.2f}")
    check("pause" in run["kinds"] and "resume" in run["kinds"], f"pause and resume are marked: {run['kinds']}")
    rates = [(int(s), v) for s, k, v in zip(run["event_steps"], run["kinds"], run["values"]) if k == "lr"]
    check(len(rates) == 1 and abs(rates[0][1] - 0.0002) < 1e-12 and abs(rates[0][0] - paused_at) <= 2,
          f"the new learning rate is marked where it was set: {rates}, paused at {paused_at}")

    again = Window(screen, program, home, [path])
    again.until("the file is open", lambda: again.figure(CURVES).get("rows") == last, 30)
    check(abs(again.figure(CURVES)["last_loss"] - float(run["loss"][-1])) < 1e-6, "the same curve is shown")
    again.until("the list says that it was stopped", lambda: any("Stopped" in row["cells"] and row["selected"]
                for row in (again.widget("runs-list") or {}).get("rows", [])), 30)
    again.until("its kernels are shown", lambda: again.figure("map-toeplitz").get("kernels") == 1, 30)
    again.until("its snapshots are shown", lambda: again.figure("evolution-evolution").get("snapshots", 0) > 2, 30)
    again.picture("reopened")
    x, y, width, height = again.widget("status-engine")["rect"]
    check(x + width <= 1440 and y + height <= 900, "the remembered window stands on the screen with all of itself")
    return again, last


def survives_its_engine(window, last):
    """The stopped run goes on from its checkpoint; then the engine is killed; then it resumes from the checkpoint again.
    Returns the step that was on screen when the engine died."""
    window.until("the run can go on", lambda: window.widget("transport-run")["enabled"], 60)
    window.click("transport-run")
    window.until("it goes on where it stopped", lambda: steps_of(window) >= last + 10, 120)
    before = steps_of(window)
    killed = window.engine()
    os.kill(killed, signal.SIGKILL)
    window.until("the window says it", lambda: "signal 9" in window.text("notice-text"), 30)
    time.sleep(1)  # the last rows that came are drawn
    shown = steps_of(window)
    check(shown >= before, "what was shown is kept")
    window.picture("engine-killed")
    window.until("it offers to resume", lambda: window.widget("notice-choice-0"), 10)
    window.click("notice-choice-0")
    window.until("it trains again", lambda: state_is(window, "running"), 60)
    check(window.engine() != killed, "in an engine of its own")
    window.until("and moves", lambda: steps_of(window) > shown, 240)
    window.key("ctrl+q")
    check(window.wait() == 0, "the window closes while it trains")
    return shown


def main():
    need("pdfinfo", "pdffonts", "pdftotext", "ps")
    program = os.path.join(sys.argv[1], "toeplab")
    home = tempfile.mkdtemp(prefix="toeplab-e2e-")
    screen = Screen()
    window = None
    try:
        window = Window(screen, program, home)
        paused_at = learns_and_obeys(window)
        exports(window, home)
        window, last = stops_and_reopens(screen, window, program, home, paused_at)
        shown = survives_its_engine(window, last)
        run = contents(run_file(home))
        steps = run["step"]
        check(steps[-1] > shown, f"what was trained after the engine's death is in the file: {int(steps[-1])} > {shown}")
        resumed = [int(step) for step, kind in zip(run["event_steps"], run["kinds"]) if kind == "resumed"]
        check(len(resumed) == 2 and resumed[0] == last and last <= resumed[1] <= shown,
              f"it went on from the checkpoints, no other steps: {resumed} after {last}, died at {shown}")
        check(list(steps) == list(range(1, int(steps[-1]) + 1)), f"no step is missing or doubled up to {int(steps[-1])}")
    finally:
        if window is not None:
            window.close()
        screen.close()
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
