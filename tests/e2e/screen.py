# SPDX-License-Identifier: GPL-3.0-or-later
"""A screen of its own, the real window on it, and a hand for mouse and keyboard.

What the window shows is read from the file that TOEPLAB_TEST_DUMP makes it write: named visible widgets with their place,
text and whether they can be used. Everything is done by X events at those places, as a person does it.
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time


# Waits are as long as a busy machine needs; one that is idle never waits that long.
PATIENCE = float(os.environ.get("TOEPLAB_TEST_PATIENCE", "4"))


class Failure(AssertionError):
    pass


def need(*programs):
    """What is missing makes the test skip visibly."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        print(f"{' and '.join(missing)} not installed: the end-to-end test is skipped")
        sys.exit(77)


class Screen:
    """Xvfb on a display that is free."""

    def __init__(self, size="1440x900"):
        need("Xvfb", "xdotool")
        read_end, write_end = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(write_end), "-screen", "0", f"{size}x24", "-nolisten", "tcp"],
            pass_fds=[write_end], stderr=subprocess.PIPE)
        os.close(write_end)
        # The number and the end of its line come in two writes. A pipe that is closed between them kills the server
        # ("Cannot write display number"), and only after the second is it ready for clients.
        with os.fdopen(read_end) as line:
            number = line.readline().strip()
        if not number:
            raise Failure(f"Xvfb did not start: {self.server.stderr.read().decode()[-400:]}")
        self.display = ":" + number

    def close(self):
        self.server.terminate()
        self.server.communicate()


class Window:
    """One start of the program."""

    def __init__(self, screen, program, home, arguments=()):
        self.display = screen.display
        self.home = home
        self.dump_path = os.path.join(tempfile.mkdtemp(dir=home), "dump.json")
        self.environment = dict(os.environ, DISPLAY=screen.display, TOEPLAB_HOME=home, XDG_CONFIG_HOME=home + "/config",
                                TOEPLAB_TEST_DUMP=self.dump_path, QT_QPA_PLATFORM="xcb")
        self.started = time.monotonic()
        self.process = subprocess.Popen([program, *arguments], env=self.environment)

    # What is seen

    def look(self):
        try:
            with open(self.dump_path, encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return {}

    def widget(self, name):
        return self.look().get(name)

    def text(self, name):
        found = self.widget(name)
        return "" if found is None else found.get("text", "")

    def figure(self, name):
        found = self.widget(name)
        return {} if found is None else found.get("figure", {})

    def until(self, what, condition, seconds=60):
        end = time.monotonic() + seconds * PATIENCE
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise Failure(f"the window exited with {self.process.returncode} while waiting: {what}")
            value = condition()
            if value:
                return value
            time.sleep(0.1)
        self.picture("failure")
        raise Failure(f"not within {seconds * PATIENCE:.0f} s: {what}\nseen: {json.dumps(self.look())[:4000]}")

    def picture(self, name):
        folder = os.environ.get("TOEPLAB_TEST_PICTURES")
        if folder:
            subprocess.run(["import", "-window", "root", os.path.join(folder, name + ".png")], env=self.environment,
                           check=False)

    # What is done

    def hand(self, *words):
        subprocess.run(["xdotool", *map(str, words)], env=self.environment, check=True)

    def click_at(self, rect, x_share=0.5):
        x, y, width, height = rect
        self.hand("mousemove", int(x + width * x_share), int(y + height / 2), "sleep", "0.05", "click", 1)

    def click(self, name):
        found = self.until(f"{name} can be pressed", lambda: (self.widget(name) or {}).get("enabled") and self.widget(name))
        self.click_at(found["rect"])

    def choose(self, text):
        """The entry of the open menu that begins with `text`."""
        def entry():
            for action in (self.widget("menu") or {}).get("actions", []):
                if action["text"].startswith(text) and action["enabled"]:
                    return action
            return None
        self.click_at(self.until(f"menu entry {text}", entry, 10)["rect"])

    def type_into(self, name, text):
        self.click(name)
        self.until(f"{name} has the focus", lambda: self.widget(name)["focus"], 10)
        self.hand("key", "ctrl+a")
        self.hand("type", "--delay", "10", text)
        self.until(f"{name} reads {text}", lambda: self.text(name) == text, 10)

    def key(self, keys):
        self.hand("key", keys)

    def wait(self, seconds=60):
        self.process.wait(seconds * PATIENCE)
        return self.process.returncode

    def engine(self):
        """Process of the engine that this window started."""
        out = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)], capture_output=True, text=True,
                             check=False).stdout
        for line in out.splitlines():
            pid, command = line.strip().split(None, 1)
            if "toeplab-engine" in command:
                return int(pid)
        raise Failure(f"the window has no engine: {out}")

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
