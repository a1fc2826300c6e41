#!/usr/bin/env python3
"""Runs the tests of real windows, several at once; `./dev test` calls it.

Words after the options pick tests whose name holds one of them. Each worker is a process with a display of its own, and
takes the next test as soon as it is done with one.
"""

import argparse
import contextlib
import json
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from driver import Desktop, complete_system  # noqa: E402
from scene import WindowTest  # noqa: E402

# Two for each processor of the smallest machine that runs this: a test waits for more than half of its time, but its windows
# are drawn by the processor.
WORKERS = 4


class Result(unittest.TestResult):
    """Saves evidence while the windows of a failed test still stand."""

    def addError(self, test, err):
        super().addError(test, err)
        self._save_evidence(test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._save_evidence(test)

    def skip_reason(self):
        """Why it was not run; empty where it was."""
        return "; ".join(reason for _, reason in self.skipped)

    def words(self):
        """What went wrong, for a person to read; empty where nothing did."""
        return "\n".join(words for _, words in self.errors + self.failures)

    def _save_evidence(self, test):
        if not isinstance(test, WindowTest):
            return
        try:
            test.save_evidence()
        except Exception as error:  # Evidence that cannot be had must not hide the failure itself.
            print(f"no evidence of {test}: {error!r}", file=sys.stderr)


def main():
    arguments = parse_arguments()
    WindowTest.programs = arguments.programs
    WindowTest.pictures = arguments.pictures
    if arguments.worker:
        return work()
    # What a former run left would be taken for evidence of this one.
    shutil.rmtree(arguments.pictures, ignore_errors=True)
    names = find_tests(arguments.words)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="majlis-system-") as folder:
        complete_system(Path(folder))
        failed, skipped = run_all(names, min(arguments.workers, len(names)))
    print(f"Ran {len(names)} tests in {time.monotonic() - started:.0f} s")
    if failed:
        print(f"Pictures, trees and logs of what failed are in {arguments.pictures}")
    # The line that says what was done, in a form that any log reader knows.
    passed = len(names) - len(failed) - len(skipped)
    print(f"windows: {passed} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed or not names else 0


def find_tests(words):
    """The full names of the tests that hold one of these words; of all, where there is none."""
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{word}*" for word in words] or None
    found, names = [loader.discover(str(HERE), pattern="test_*.py")], []
    while found:
        entry = found.pop()
        if isinstance(entry, unittest.TestSuite):
            # Backwards, so that they come out in the order of their files.
            found.extend(reversed(list(entry)))
        else:
            names.append(entry.id())
    return names


def run_all(names, worker_count):
    """Has the workers run these tests, and says of each how it went; returns the names of those that failed, and that could not be
    tried."""
    waiting, failed, skipped, printing = queue.SimpleQueue(), [], [], threading.Lock()
    for name in names:
        waiting.put(name)

    def report_on(name, report):
        with printing:
            if report["words"]:
                failed.append(name)
            elif report.get("skipped"):
                skipped.append(name)
            print(describe(name, report), flush=True)

    def attend():
        worker = start_worker()
        # One that has ended leaves the rest to the others.
        while worker.poll() is None:
            try:
                name = waiting.get_nowait()
            except queue.Empty:
                break
            report_on(name, ask(worker, name))
        with contextlib.suppress(BrokenPipeError):
            worker.stdin.close()
        worker.wait()

    threads = [threading.Thread(target=attend) for _ in range(worker_count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while not waiting.empty():
        report_on(waiting.get(), {"seconds": 0, "words": "no worker was left to run it"})
    return failed, skipped


def start_worker():
    return subprocess.Popen(
        [sys.executable, __file__, "--worker", *sys.argv[1:]],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )


def ask(worker, name):
    """Has a worker run one test."""
    try:
        worker.stdin.write(f"{name}\n")
        worker.stdin.flush()
        return json.loads(worker.stdout.readline())
    except (OSError, json.JSONDecodeError):
        worker.wait()
        return {"seconds": 0, "words": "the worker that was to run it has ended"}


def describe(name, report):
    module, _, test = name.rpartition(".")
    outcome = "FAILED" if report["words"] else "ok"
    if report.get("skipped"):
        outcome = f"SKIPPED ({report['skipped']})"
    line = f"{test.removeprefix('test_').replace('_', ' ')} ({module.rpartition('.')[2]}) … {outcome}, {report['seconds']:.1f} s"
    return f"{line}\n{report['words']}" if report["words"] else line


def work():
    """Runs the tests that are named on the standard input, one a line, and answers each with a line of JSON."""
    answers = sys.stdout
    # What a test prints is for people, and must not come between.
    sys.stdout = sys.stderr
    with tempfile.TemporaryDirectory(prefix="majlis-desktop-") as folder, Desktop(folder):
        for line in sys.stdin:
            result, started = Result(), time.monotonic()
            unittest.defaultTestLoader.loadTestsFromName(line.strip()).run(result)
            report = {
                "seconds": time.monotonic() - started,
                "words": result.words(),
                "skipped": result.skip_reason(),
            }
            print(json.dumps(report), file=answers, flush=True)
    return 0


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=Path, required=True, help="folder of the built programs")
    parser.add_argument("--pictures", type=Path, required=True, help="folder for pictures and evidence")
    parser.add_argument("--workers", type=int, default=WORKERS, help="how many tests run at once")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("words", nargs="*", metavar="WORD")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
