"""Servers that nobody here wrote, as real programs on ports that were free. They are set up as for the application's own tests."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

from .processes import Process, Service
from .wait import until

SETTINGS = Path(__file__).parents[3] / "src/irc/link/tests/foreign"
COMMANDS = {
    # Where everybody is root of a root of their own, it would rather not start.
    "inspircd": ["inspircd", "--nofork", "--nopid", "--runasroot", "--config"],
    "ngircd": ["ngircd", "--nodaemon", "--config"],
}
# The modules by which InspIRCd knows the extensions that the application uses.
EXTENSIONS = [
    "cap", "ircv3", "ircv3_accounttag", "ircv3_batch", "ircv3_capnotify", "ircv3_ctctags", "ircv3_echomessage",
    "ircv3_labeledresponse", "ircv3_msgid", "ircv3_servertime", "monitor", "muteban",
]
# What `./dev` sets where all programs are that tests need.
COMPLETE = "MAJLIS_INSIDE_ROOT"


class OtherServer(Service):
    """InspIRCd with all its extensions, or ngIRCd, which has none; encrypted."""

    @staticmethod
    def is_here(program):
        """Whether this machine has the program; where it should and does not, that is a failure."""
        found = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin") is not None
        assert found or COMPLETE not in os.environ, f"{program} is not on this machine"
        return found

    def __init__(self, program, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True)
        self.host, self.port = "127.0.0.1", _free_port()
        self._make_key()
        modules = [f'<module name="{name}">' for name in EXTENSIONS]
        settings = (SETTINGS / f"{program}.conf").read_text()
        for placeholder, value in {
            "@MODULES@": "\n".join(modules),
            "@FOLDER@": str(self.folder),
            "@PLAIN@": str(_free_port()),
            "@TLS@": str(self.port),
        }.items():
            settings = settings.replace(placeholder, value)
        (self.folder / "settings.conf").write_text(settings)
        self._command = [*COMMANDS[program], self.folder / "settings.conf"]
        self.start()

    def start(self):
        self._process = Process(self._command, self.folder / "log", cwd=self.folder)
        until(self._listens, "the server to listen")

    def _make_key(self):
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-subj", "/CN=irc.test", "-days", "30",
             "-keyout", self.folder / "key.pem", "-out", self.folder / "certificate.pem"],
            check=True, capture_output=True,
        )

    def _listens(self):
        assert self._process.is_running(), f"the server has ended:\n{self.log()}"
        with socket.socket() as probe:
            return probe.connect_ex((self.host, self.port)) == 0


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
