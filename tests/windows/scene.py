"""What each window test stands on: a server, applications and guests of its own, ended after it."""

import tempfile
import unittest
from pathlib import Path

from driver import App, IrcGuest, RawGuest, Server


class WindowTest(unittest.TestCase):
    """`run.py` sets where the programs are and where evidence of a failure goes."""

    programs = None
    pictures = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="majlis-windows-", ignore_cleanup_errors=True)
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.apps = {}
        self.server = Server(self.programs, self.folder / "server")
        self.addCleanup(self.server.stop)

    def open_app(self, name, arguments=(), shell=None, network=None, **environment):
        """Starts an application; the same name finds the same folders again."""
        app = App(self.programs, self.folder / name, arguments, environment, shell, network)
        self.addCleanup(app.stop)
        self.apps[name] = app
        return app

    def open_server(self, name):
        """A second server."""
        server = Server(self.programs, self.folder / f"server-{name}", name=name)
        self.addCleanup(server.stop)
        return server

    def raw_guest(self, name):
        guest = RawGuest(self.server, name)
        self.addCleanup(guest.stop)
        return guest

    def irc_guest(self, name):
        guest = IrcGuest(self.server, name)
        self.addCleanup(guest.stop)
        return guest

    def picture(self, app, name):
        """Saves a picture of a window for a person to look at."""
        return app.screenshot(self.pictures / f"{self.id_words()}-{name}.png")

    def id_words(self):
        return self._testMethodName.removeprefix("test_").replace("_", "-")

    def save_evidence(self):
        """After a failure: what each window showed, to the eye and to a screen reader, and the logs."""
        self.pictures.mkdir(parents=True, exist_ok=True)
        (self.pictures / f"{self.id_words()}-server.txt").write_text(self.server.log())
        for name, app in self.apps.items():
            report = self.pictures / f"{self.id_words()}-{name}.txt"
            report.write_text(app.log())
            if app.is_running():
                report.write_text(f"{app.root.dump()}\n\n{app.log()}")
                self.picture(app, f"{name}-failed")
