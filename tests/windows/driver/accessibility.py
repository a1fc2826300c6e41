"""The accessibility bus: finding an application there, asking it, and taking in all that it shows at once."""

import functools
import os

import gi

gi.require_version("Atspi", "2.0")
# Only for the names of its numbers: libatspi asks for one thing at a time, and most of a run went by in such questions.
from gi.repository import Atspi, Gio, GLib  # noqa: E402

ROOT = "/org/a11y/atspi/accessible/root"
CACHE = "/org/a11y/atspi/cache"
REGISTRY = "org.a11y.atspi.Registry"
INTERFACES = "org.a11y.atspi."
# As long as anything here waits for an application.
PATIENCE_MS = 20_000


class Peer:
    """One program on the bus, by the name that it has there."""

    def __init__(self, name):
        self._name = name

    def ask(self, path, interface, method, signature="()", *arguments):
        """Calls a method of one of its accessibles, and returns the answer."""
        answer = self.ask_raw(path, INTERFACES + interface, method, signature, *arguments).unpack()
        return answer[0] if len(answer) == 1 else answer

    def property(self, path, interface, name):
        answer = self.ask_raw(path, "org.freedesktop.DBus.Properties", "Get", "(ss)", INTERFACES + interface, name)
        return answer.unpack()[0]

    def children(self, path):
        """The paths of what lies below an accessible."""
        return [child for _, child in self.ask(path, "Accessible", "GetChildren")]

    def ask_raw(self, path, interface, method, signature="()", *arguments):
        """The same of an interface by its full name, with the answer as it comes from the bus."""
        return _bus().call_sync(
            self._name, path, interface, method, GLib.Variant(signature, arguments),
            None, Gio.DBusCallFlags.NONE, PATIENCE_MS,
        )


def peer_with_pid(pid):
    """The application of a process; None until it has appeared on the bus."""
    for name, _ in Peer(REGISTRY).ask(ROOT, "Accessible", "GetChildren"):
        try:
            if _pid_of(name) == pid:
                return Peer(name)
        except GLib.Error:
            # It has left since.
            continue
    return None


def _pid_of(name):
    bus = "org.freedesktop.DBus"
    return Peer(bus).ask_raw("/org/freedesktop/DBus", bus, "GetConnectionUnixProcessID", "(s)", name).unpack()[0]


@functools.cache
def _bus():
    return Gio.DBusConnection.new_for_address_sync(
        os.environ["AT_SPI_BUS_ADDRESS"],
        Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION,
    )


def look(peer, path):
    """Path and entry of an accessible and of all below it that are showing, top down."""
    found = Snapshot(peer).below(path)
    strangers = [child for child, entry in found if entry is None]
    if not strangers:
        return found
    # An application tells everything only of those for which somebody has asked.
    while strangers:
        try:
            strangers += peer.children(strangers.pop())
        except GLib.Error:
            # It has left the window since.
            continue
    return [(child, entry) for child, entry in Snapshot(peer).below(path) if entry is not None]


class Snapshot:
    """What an application had at one moment, in the one answer in which it tells everything of all its accessibles."""

    def __init__(self, peer):
        self._peer = peer
        self._entries, self._below = {}, {}
        answer = peer.ask_raw(CACHE, INTERFACES + "Cache", "GetItems").get_child_value(0)
        for number in range(answer.n_children()):
            entry = Entry(answer.get_child_value(number))
            self._entries[entry.path] = entry
            self._below.setdefault(entry.parent, []).append(entry)

    def below(self, path):
        """Path and entry of an accessible and of all below it that are showing, top down; what is not known has no entry."""
        found, waiting = [], [path]
        while waiting:
            path = waiting.pop()
            entry = self._entries.get(path)
            # What was asked for is looked into, wherever it is.
            if found and entry and not entry.is_showing:
                continue
            found.append((path, entry))
            if entry:
                waiting += reversed(self._children(entry))
        return found

    def _children(self, entry):
        """The paths of the children of an accessible, from first to last.

        They are those that name it as their parent, but for what left and is kept, came and is not known yet, or has another
        place on the screen than among the program's own things. The places and the number of them tell.
        """
        known = sorted((below.index, below.path) for below in self._below.get(entry.path, []) if below.is_showing)
        if [index for index, _ in known] == list(range(entry.child_count)):
            return [path for _, path in known]
        try:
            return self._peer.children(entry.path)
        except GLib.Error:
            return []


class Entry:
    """What a snapshot has of one accessible. Most are never looked at, so that it is taken apart only as far as one asks."""

    def __init__(self, fields):
        self._fields = fields
        self.path = self._path(0)
        self.parent = self._path(2)

    def _path(self, number):
        return self._fields.get_child_value(number).get_child_value(1).get_string()

    @property
    def index(self):
        return self._fields.get_child_value(3).get_int32()

    @property
    def child_count(self):
        return self._fields.get_child_value(4).get_int32()

    @property
    def holds_text(self):
        return INTERFACES + "Text" in self._fields.get_child_value(5).get_strv()

    @property
    def name(self):
        return self._fields.get_child_value(6).get_string()

    @property
    def role(self):
        return self._fields.get_child_value(7).get_uint32()

    @functools.cached_property
    def is_showing(self):
        states = self._fields.get_child_value(9)
        words = [states.get_child_value(number).get_uint32() for number in range(states.n_children())]
        return has_states(words, Atspi.StateType.SHOWING, Atspi.StateType.VISIBLE)


def has_states(words, *states):
    """Whether the bits in these words of 32, lowest first, have all of the states."""
    return all(words[state // 32] >> state % 32 & 1 for state in map(int, states))
