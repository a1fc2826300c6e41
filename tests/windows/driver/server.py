"""A real server on this machine, on a port that was free."""

import re
from pathlib import Path

from .cable import ADDRESS
from .processes import Process, Service
from .wait import until


class Server(Service):
    """Runs `majlis-server` over a data folder; keeps its port when it is started again.

    In a `network` of its own it announces itself; elsewhere what a test starts concerns nobody else.
    """

    def __init__(self, programs, folder, name="Home", network=None, port=0):
        self.program = Path(programs) / "majlis-server"
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.name = name
        self.host, self.port = ADDRESS if network else "127.0.0.1", port
        self._network = network
        self._starts = 0
        self.start()

    def start(self, data="data"):
        """Starts it over a folder of data; another folder makes it another server with another key."""
        self._starts += 1
        log = self.folder / f"server-{self._starts}.log"
        command = [
            self.program,
            "--listen", f"{self.host}:{self.port}",
            "--data", self.folder / data,
            # Not the machine's own, which would differ from picture to picture.
            "--name", self.name,
        ]
        command = self._network.inside(command) if self._network else [*command, "--no-announce"]
        self._process = Process(command, log)
        until(lambda: self._printed("Link") or self._fail_if_ended(), "the server to listen")
        self.port = int(self._printed("Listening on").rpartition(":")[2])

    def _printed(self, label):
        """What the server printed after one of its labels at the start."""
        found = re.search(rf"^{label}:? (.+)$", self._process.log(), re.MULTILINE)
        return found and found[1].strip()

    def _fail_if_ended(self):
        if not self._process.is_running():
            raise AssertionError(f"the server has ended:\n{self._process.log()}")

    @property
    def link(self):
        return self._printed("Link")

    @property
    def words(self):
        """The six words that its key is known by."""
        return self._printed("Words")

    @property
    def fingerprint(self):
        return self._printed("Fingerprint")
