"""What a screen reader is told about a window: reading, searching and printing the accessible tree."""

import re

from .accessibility import INTERFACES, ROOT, Atspi, GLib, has_states, look, peer_with_pid

# What the tests call a thing, and the roles that a toolkit may give it.
ROLES = {
    "alert": {Atspi.Role.ALERT, Atspi.Role.NOTIFICATION},
    "button": {Atspi.Role.PUSH_BUTTON, Atspi.Role.TOGGLE_BUTTON},
    "dialog": {Atspi.Role.DIALOG, Atspi.Role.ALERT},
    "entry": {Atspi.Role.ENTRY, Atspi.Role.TEXT, Atspi.Role.SPIN_BUTTON},
    "label": {Atspi.Role.LABEL, Atspi.Role.STATIC, Atspi.Role.HEADING},
    "menu item": {Atspi.Role.MENU_ITEM, Atspi.Role.CHECK_MENU_ITEM},
    "list": {Atspi.Role.LIST, Atspi.Role.LIST_BOX, Atspi.Role.LOG},
    "row": {Atspi.Role.LIST_ITEM},
    "switch": {Atspi.Role.SWITCH, Atspi.Role.CHECK_BOX, Atspi.Role.TOGGLE_BUTTON},
    "window": {Atspi.Role.FRAME, Atspi.Role.WINDOW, Atspi.Role.DIALOG},
}


class Node:
    """One accessible, read afresh each time."""

    def __init__(self, peer, path):
        self._peer, self._path = peer, path

    def _ask(self, interface, method, signature="()", *arguments):
        return self._peer.ask(self._path, interface, method, signature, *arguments)

    def _implements(self, interface):
        return INTERFACES + interface in self._ask("Accessible", "GetInterfaces")

    @property
    def name(self):
        return self._peer.property(self._path, "Accessible", "Name")

    @property
    def text(self):
        """The text inside it, where it holds any; its name otherwise."""
        return self._whole_text() if self._implements("Text") else self.name

    def _whole_text(self):
        return self._ask("Text", "GetText", "(ii)", 0, -1)

    def attributes_at(self, position):
        """How its text looks at one of its characters, by the names of the accessibility bus."""
        attributes, *_ = self._ask("Text", "GetAttributeRun", "(ib)", position, False)
        return attributes

    @property
    def role_name(self):
        """The role in the accessibility bus's own word."""
        return self._ask("Accessible", "GetRoleName")

    def _has_states(self, *states):
        try:
            return has_states(self._ask("Accessible", "GetState"), *states)
        except GLib.Error:
            # What has left the window is in none.
            return False

    @property
    def is_showing(self):
        return self._has_states(Atspi.StateType.SHOWING, Atspi.StateType.VISIBLE)

    @property
    def is_sensitive(self):
        return self._has_states(Atspi.StateType.SENSITIVE)

    @property
    def is_focused(self):
        return self._has_states(Atspi.StateType.FOCUSED)

    def extents(self):
        """Its rectangle inside the window: x, y, width, height in pixels."""
        return self._ask("Component", "GetExtents", "(u)", Atspi.CoordType.WINDOW)

    def children(self):
        return [Node(self._peer, path) for path in self._peer.children(self._path)]

    def search(self, role=None, name=None):
        """Yields the showing nodes of a role (a word of `ROLES`) and a name (a string, a set of such, or a pattern), top down."""
        roles = ROLES[role] if role else None
        for path, entry in look(self._peer, self._path):
            if roles is not None and entry.role not in roles:
                continue
            node = Node(self._peer, path)
            try:
                if name is None or _matches(name, entry.name) or entry.holds_text and _matches(name, node._whole_text()):
                    yield node
            except GLib.Error:
                # It has left the window since.
                continue

    def find_all(self, role=None, name=None):
        """All that `search` yields."""
        return list(self.search(role, name))

    def press(self):
        """Does its first action, as a screen reader's user does."""
        self._ask("Action", "DoAction", "(i)", 0)

    @property
    def has_actions(self):
        """Whether it can be pressed as a screen reader does; some rows only take a pointer or a key."""
        return self._implements("Action") and self._peer.property(self._path, "Action", "NActions") > 0

    def set_text(self, text):
        """Replaces what an entry holds."""
        self._ask("EditableText", "SetTextContents", "(s)", text)

    def dump(self, depth=0):
        """The tree below, one node a line, for a person who looks for what went wrong."""
        try:
            states = [
                word
                for word, is_so in (("showing", self.is_showing), ("focused", self.is_focused))
                if is_so
            ]
            line = f"{'  ' * depth}{self.role_name} {self.name!r} {' '.join(states)}"
            if self.text != self.name:
                line += f" text={self.text!r}"
            return "\n".join([line, *(child.dump(depth + 1) for child in self.children())])
        except GLib.Error as error:
            return f"{'  ' * depth}(gone: {error.message})"


def _matches(wanted, words):
    """A name is what a thing is called, or where it has another name, what it says."""
    if isinstance(wanted, re.Pattern):
        return wanted.search(words)
    return words == wanted if isinstance(wanted, str) else words in wanted


def application_with_pid(pid):
    """The application of a process; None until it has appeared on the accessibility bus."""
    peer = peer_with_pid(pid)
    return peer and Node(peer, ROOT)
