"""One display with a window manager and one accessibility bus, for all applications of a run."""

import os
import subprocess
from pathlib import Path

from gi.repository import Gio, GLib

from .processes import Process, SessionBus
from .system import complete_system
from .wait import until

SCREEN = "2000x1200x24"


class Desktop:
    """Owns Xvfb, openbox and the buses, and points this process at them; use it in a `with`."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._processes = []

    def __enter__(self):
        self._start_display()
        self._start_window_manager()
        self._start_accessibility()
        complete_system(self.folder)
        return self

    def __exit__(self, *_):
        for process in reversed(self._processes):
            process.stop()

    def _start(self, command, name, **options):
        process = Process(command, self.folder / f"{name}.log", **options)
        self._processes.append(process)
        return process

    def _start_display(self):
        reader, writer = os.pipe()
        # Without -noreset it begins anew when its last client leaves, and whoever connects just then is turned away: the
        # window manager, when a look for it was quicker.
        self._start(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", SCREEN, "-nolisten", "tcp", "-noreset"],
            "xvfb",
            pass_fds=[writer],
        )
        os.close(writer)
        with os.fdopen(reader) as numbers:
            os.environ["DISPLAY"] = f":{numbers.readline().strip()}"
        os.environ.pop("WAYLAND_DISPLAY", None)

    def _start_window_manager(self):
        """A window that is mapped while the manager is still starting would never show."""
        self._start(["openbox", "--sm-disable"], "openbox")
        until(self._is_managed, "the window manager to start")

    @staticmethod
    def _is_managed():
        command = ["xdotool", "get_num_desktops"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0

    def _start_accessibility(self):
        """Every application gets a session bus of its own, but all meet on this accessibility bus."""
        bus = SessionBus(self.folder / "bus.log")
        self._processes.append(bus)
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = bus.address
        connection = Gio.DBusConnection.new_for_address_sync(
            bus.address,
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT
            | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
        )
        answer = connection.call_sync(
            "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress",
            None, GLib.VariantType("(s)"), Gio.DBusCallFlags.NONE, 10_000,
        )
        connection.close_sync()
        os.environ["AT_SPI_BUS_ADDRESS"] = answer.unpack()[0]
