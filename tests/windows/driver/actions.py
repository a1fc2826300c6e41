"""What the program offers on its bus, as the menus of a desktop find it."""

from gi.repository import Gio, GLib

APP_ID = "io.github.majlis_chat.Majlis"
# Where its actions are, and those of its first window.
PATHS = {"app": "/io/github/majlis_chat/Majlis", "win": "/io/github/majlis_chat/Majlis/window/1"}
PATIENCE_MS = 20_000


class Actions:
    """The actions of the program on this bus."""

    def __init__(self, bus_address):
        self._address = bus_address

    def activate(self, action):
        kind, _, name = action.partition(".")
        self._call(kind, "Activate", GLib.Variant("(sava{sv})", (name, [], {})))

    def wait_for_answer(self):
        self._call("app", "List", None)

    def _call(self, kind, method, parameters):
        flags = Gio.DBusConnectionFlags
        connection = Gio.DBusConnection.new_for_address_sync(
            self._address, flags.AUTHENTICATION_CLIENT | flags.MESSAGE_BUS_CONNECTION
        )
        connection.call_sync(
            APP_ID, PATHS[kind], "org.gtk.Actions", method, parameters, None, Gio.DBusCallFlags.NONE, PATIENCE_MS
        )
        connection.close_sync()
