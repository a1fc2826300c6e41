#!/usr/bin/env python3
"""Measures the application beside others, in turn, on a display of its own; `./dev bench client` calls it.

| part | what is measured |
|---|---|
| first | from the start of the program to its first window: a bare window of the same toolkit, and Majlis |
| rest | memory fifteen seconds after that: Majlis joined to three servers, Dino and Polari as they start |
| rooms | opening a room of 1,000 messages, and one of 100,000, from another one; what that leaves in memory |
| flood | 1,000 messages a second into the open room: how long a turn of the main loop takes, painting left out |

It writes `client.md` and `client.json` into the folder of results.
"""

import argparse
import json
import os
import platform
import select
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from Xlib import X, display

CHECKOUT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(CHECKOUT / "tests" / "windows"))

from driver import App, Desktop, IrcGuest, Server  # noqa: E402
from driver.processes import Process, SessionBus  # noqa: E402

# What is measured is the application, not how a server protects itself from those who talk too much.
SERVER_SETTINGS = '[limits]\nflood_burst = 1000000\nflood_per_second = "off"\n'
REST_SECONDS = 15
MESSAGES = 100_000
FEW_MESSAGES = 1_000
PER_SECOND = 1_000
PARTS = ["first", "rest", "rooms", "flood"]


def main():
    arguments = parse_arguments()
    # On the disk of the checkout: an archive in memory would cost too little.
    arguments.output.mkdir(parents=True, exist_ok=True)
    results = {}
    with tempfile.TemporaryDirectory(prefix="client-", dir=arguments.output) as folder:
        settings = Path(folder) / "server.toml"
        settings.write_text(SERVER_SETTINGS)
        os.environ["MAJLIS_CONFIG"] = str(settings)
        # A socket's path may not be long.
        with tempfile.TemporaryDirectory() as desktop, Desktop(desktop):
            bench = Bench(arguments, Path(folder))
            for part in arguments.parts or PARTS:
                results[part] = getattr(bench, part)()
                print(f"{part}: {json.dumps(results[part])}", file=sys.stderr, flush=True)
    (arguments.output / "client.json").write_text(json.dumps(results, indent=2) + "\n")
    table = write_table(results, arguments)
    (arguments.output / "client.md").write_text(table)
    print(table)


class Bench:
    """Every part, each over folders of its own."""

    def __init__(self, arguments, folder):
        self.programs, self.window = arguments.programs, arguments.window
        self.rounds, self.seconds = arguments.rounds, arguments.seconds
        self.folder = folder

    # --- The first window ---

    def first(self):
        """Several rounds, in turn, so that what else the machine does meets both; by the clock, and of the processor."""
        times = {"bare": [], "majlis": []}
        # What comes first reads from the disk what the others then find in memory.
        for number in range(self.rounds + 1):
            for name, command in (("bare", [self.window, "bare"]), ("majlis", [self.programs / "majlis"])):
                with Program(command, self.folder / f"first-{name}-{number}") as program:
                    times[name].append(program.window_ms())
        return {name: all_times[1:] for name, all_times in times.items()}

    # --- Memory at rest ---

    def rest(self):
        servers = [Server(self.programs, self.folder / f"server-{number}", f"Home {number}") for number in range(3)]
        joined = self.folder / "joined"
        for server in servers:
            self.join(joined, server)
        weights = {}
        for name, command, home in (
            ("majlis", [self.programs / "majlis"], joined),
            ("dino", ["dino-im"], self.folder / "dino"),
            ("polari", ["polari"], self.folder / "polari"),
        ):
            with Program(command, home) as program:
                program.window_ms()
                time.sleep(REST_SECONDS)
                weights[name] = program.memory_kib()
        for server in servers:
            server.stop()
        return weights

    def join(self, folder, server):
        """A person goes into a server's lobby, and leaves the program; from then on it goes there by itself."""
        guest = IrcGuest(server, "watcher")
        app = App(self.programs, folder, ["--name", "Ana", server.link])
        guest.wait_for(":Ana!", seconds=60)
        # It keeps what it has learned.
        time.sleep(1)
        app.stop()
        guest.stop()

    # --- Opening rooms ---

    def rooms(self):
        """The same with a short and with a long history."""
        results = {}
        for count in (FEW_MESSAGES, MESSAGES):
            folder = self.folder / f"rooms-{count}"
            small, big = json.loads(self.run([self.window, "fill", folder / "data" / "majlis", count], folder))
            results[count] = json.loads(self.run([self.window, "rooms", small, big, self.rounds], folder))
        return results

    def run(self, command, folder):
        """What a mode of the window program prints."""
        with Program(command, folder, stdout=subprocess.PIPE) as program:
            return program.read_line()

    # --- A flood ---

    def flood(self):
        server = Server(self.programs, self.folder / "flooded")
        folder = self.folder / "flood"
        self.join(folder, server)
        with Program([self.window, "flood", self.seconds], folder, stdout=subprocess.PIPE) as program:
            assert program.read_line() == "ready"
            load = self.load(server)
            result = json.loads(program.read_line())
            result["load"] = load.communicate(timeout=60)[0].splitlines()
        server.stop()
        archive = sqlite3.connect(folder / "data" / "majlis" / "archive.db")
        result["kept"] = archive.execute("SELECT count(*) FROM messages WHERE text LIKE '%~%'").fetchone()[0]
        return result

    def load(self, server):
        """Two people in the lobby, of whom one speaks all the time."""
        return subprocess.Popen(
            [
                self.programs / "majlis-bench", "load", f"{server.host}:{server.port}", "--room", "#lobby",
                "--members", "2", "--senders", "1", "--per-second", str(PER_SECOND), "--seconds", str(self.seconds),
            ],
            stdout=subprocess.PIPE, text=True,
        )


class Program:
    """A program on a session bus of its own, with a home of its own."""

    def __init__(self, command, folder, **options):
        folder.mkdir(parents=True, exist_ok=True)
        self.screen = Screen()
        environment = os.environ | {
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "XDG_STATE_HOME": str(folder / "state"),
            "GSETTINGS_BACKEND": "keyfile",
            "GDK_BACKEND": "x11",
            "GSK_RENDERER": "cairo",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "MAJLIS_DISCOVERY": "off",
            "LC_ALL": "en_US.UTF-8",
        }
        self.bus = SessionBus(folder / "bus.log", environment)
        environment["DBUS_SESSION_BUS_ADDRESS"] = self.bus.address
        self.started = time.monotonic()
        self.process = Process([str(word) for word in command], folder / "log.txt", environment, **options)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stop()
        self.bus.stop()
        self.screen.close()

    def window_ms(self):
        """How many milliseconds passed from the start until a window stood on the screen."""
        while not self.screen.shows_window():
            assert self.process.is_running(), f"the program has ended:\n{self.process.log()[:2000]}"
        return {"clock": (time.monotonic() - self.started) * 1000, "processor": processor_ms(self.process.pid)}

    def read_line(self):
        line = self.process.stdout.readline().decode().strip()
        if not line:
            self.process.wait()
            raise AssertionError(f"nothing came:\n{self.process.log()[:2000]}")
        return line

    def memory_kib(self):
        """What it and all that it started weigh, with their share of what they have in common with others."""
        return sum(memory_kib(pid) for pid in descendants(self.process.pid))


class Screen:
    """Hears of every window that comes onto the screen."""

    def __init__(self):
        self._display = display.Display()
        self._display.screen().root.change_attributes(event_mask=X.SubstructureNotifyMask)
        self._display.sync()

    def shows_window(self):
        """Waits a moment; whether a window has come since the last time. Menus and the like are none."""
        select.select([self._display], [], [], 0.1)
        events = [self._display.next_event() for _ in range(self._display.pending_events())]
        return any(event.type == X.MapNotify and not event.override for event in events)

    def close(self):
        self._display.close()


def descendants(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in descendants(int(child)))]


def processor_ms(pid):
    """How much of the processor all threads have had."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1_000_000


def memory_kib(pid):
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise AssertionError("the kernel does not say what a process weighs")


# --- What is written ---


def write_table(results, arguments):
    """The results for people to read, in Markdown."""
    rows = [row for part in results for row in TABLE[part](results[part])]
    lines = ["| | | wanted |", "|---|---:|---:|", *(f"| {what} | {figure} | {wanted} |" for what, figure, wanted in rows)]
    place = f"{time.strftime('%-d %B %Y')}, {os.cpu_count()} processors ({processor_name()}), {system()}, software display, " \
        f"{arguments.rounds} rounds."
    return "\n".join(lines) + f"\n\n{place}\n"


def first_rows(times):
    for measure, words in (("clock", "ms"), ("processor", "ms of the processor")):
        bare, majlis = (statistics.median(one[measure] for one in times[name]) for name in ("bare", "majlis"))
        yield f"first window, bare: {words}", f"{bare:.0f}", ""
        yield f"first window, Majlis: {words}", f"{majlis:.0f}", ""
        yield "ratio", f"{majlis / bare:.2f}", "≤ 1.25"


def rest_rows(weights):
    for name, words in (("majlis", "Majlis on three servers"), ("dino", "Dino"), ("polari", "Polari")):
        yield f"memory at rest, {words}: MiB", f"{weights[name] / 1024:.0f}", "the least" if name == "majlis" else ""


def rooms_rows(results):
    for count, result in results.items():
        room, wanted = f"a room of {count:,} messages", "≤ 100" if count == MESSAGES else ""
        for measure, words in (("clock", "ms"), ("processor", "ms of the processor")):
            yield f"opening {room}: {words}", f"{statistics.median(result['big'][measure]):.0f}", wanted
        yield f"memory after {room} was open: MiB", f"{result['memory'] / 1024:.1f}", "the same" if wanted else ""


def flood_rows(result):
    turns, load = result["turns"], f"{PER_SECOND:,} messages a second"
    yield f"{load}: longest turn without painting, ms of the processor", f"{turns['longest'][0]:.1f}", "≤ 16"
    yield "turns longer than 16 ms of the processor", f"{turns['late']} of {turns['count']}", "0"
    yield f"{load}: longest turn without painting, ms", f"{turns['longest_by_clock'][0]:.1f}", "≤ 16"
    yield "turns longer than 16 ms", f"{turns['late_by_clock']} of {turns['count']}", "0"
    yield "frames a second", f"{turns['frames'] / turns['span'] * 1000:.0f}", ""
    yield "messages kept", f"{result['kept']:,}", ""


TABLE = {"first": first_rows, "rest": rest_rows, "rooms": rooms_rows, "flood": flood_rows}


def processor_name():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def system():
    for line in Path("/etc/os-release").read_text().splitlines():
        if line.startswith("PRETTY_NAME="):
            return line.partition("=")[2].strip('"')
    return platform.system()


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, required=True, help="folder of the built programs")
    parser.add_argument("--window", type=Path, required=True, help="the built bench target of the window")
    parser.add_argument("--output", type=Path, required=True, help="folder for the results")
    parser.add_argument("--rounds", type=int, default=5, help="how often each time is taken")
    parser.add_argument("--seconds", type=int, default=10, help="how long the flood lasts")
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=f"what to measure: {', '.join(PARTS)}")
    return parser.parse_args()


if __name__ == "__main__":
    main()
