#!/usr/bin/env python3
"""Runs the tests of real windows; `./dev test` calls it.

Words after the options pick tests whose name holds one of them.
"""

import argparse
import shutil
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from driver import Desktop  # noqa: E402
from scene import WindowTest  # noqa: E402


class Result(unittest.TextTestResult):
    """Saves evidence while the windows of a failed test still stand."""

    def addError(self, test, err):
        super().addError(test, err)
        self._save_evidence(test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._save_evidence(test)

    def startTest(self, test):
        super().startTest(test)
        self._started = time.monotonic()

    def addSuccess(self, test):
        super().addSuccess(test)
        self.stream.writeln(f"    {time.monotonic() - self._started:.1f} s")

    def _save_evidence(self, test):
        if not isinstance(test, WindowTest):
            return
        try:
            test.save_evidence()
        except Exception as error:  # Evidence that cannot be had must not hide the failure itself.
            self.stream.writeln(f"no evidence of {test}: {error!r}")


def main():
    arguments = parse_arguments()
    WindowTest.programs = arguments.programs
    WindowTest.pictures = arguments.pictures
    # What a former run left would be taken for evidence of this one.
    shutil.rmtree(arguments.pictures, ignore_errors=True)
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{word}*" for word in arguments.words] or None
    tests = loader.discover(str(HERE), pattern="test_*.py")
    with tempfile.TemporaryDirectory(prefix="majlis-desktop-") as folder, Desktop(folder):
        runner = unittest.TextTestRunner(resultclass=Result, verbosity=2, stream=sys.stdout)
        result = runner.run(tests)
    failed = len(result.failures) + len(result.errors)
    if failed:
        print(f"Pictures, trees and logs of what failed are in {arguments.pictures}")
    # The line that says what was done, in a form that any log reader knows.
    print(f"windows: {result.testsRun - failed} passed, {failed} failed")
    return 0 if result.wasSuccessful() and result.testsRun else 1


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=Path, required=True, help="folder of the built programs")
    parser.add_argument("--pictures", type=Path, required=True, help="folder for pictures and evidence")
    parser.add_argument("words", nargs="*", metavar="WORD")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
