"""A network of its own for those who announce something or look for it: a namespace with one interface that hears itself.

Only what is started in it is there; display and buses are files, and reached from everywhere.
"""

import sys
from pathlib import Path

from .cable import READY
from .processes import Process
from .wait import until

CABLE = Path(__file__).with_name("cable.py")


class NoNetwork(Exception):
    """The system allows nobody a network of their own."""


class PrivateNetwork:
    """Holds the namespace for as long as it is wanted; `inside` starts a program in there."""

    def __init__(self, folder):
        log = folder / "network.log"
        self._holder = Process(
            ["unshare", "--map-current-user", "--keep-caps", "--net", sys.executable, CABLE], log
        )
        until(lambda: READY in self._holder.log() or not self._holder.is_running(), "a network of its own")
        words = self._holder.log().strip()
        if READY not in words:
            self._holder.stop()
            # What else goes wrong in there is a defect, and not the system's will.
            raise NoNetwork(words) if words.startswith("unshare:") else AssertionError(words)

    def inside(self, command):
        """The command by which a program starts in there; it is the program itself, with the same number."""
        target = str(self._holder.pid)
        return ["nsenter", "--target", target, "--user", "--net", "--preserve-credentials", "--", *command]

    def stop(self):
        self._holder.stop()
