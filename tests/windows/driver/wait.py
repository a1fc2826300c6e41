"""Waiting with a deadline: the only way in which anything here waits."""

import time

from gi.repository import GLib

# Long enough for a debug build under a software display on two busy cores.
DEFAULT_SECONDS = 20


class TimedOut(AssertionError):
    """What was waited for did not come; says what that was."""


def until(check, what, seconds=DEFAULT_SECONDS):
    """Calls `check` until it gives something true, and returns that; what leaves the window amid a check is looked for again."""
    deadline = time.monotonic() + seconds
    while True:
        trouble = None
        try:
            result = check()
        except GLib.Error as error:
            result, trouble = None, error
        if result:
            return result
        if time.monotonic() > deadline:
            raise TimedOut(f"waited {seconds} s for {what}") from trouble
        time.sleep(0.05)
