"""What a screen reader is told about a window: reading, searching and printing the accessible tree.

libatspi's cache is passed by: nobody here runs the main loop that would keep it fresh.
"""

import re

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

# GTK has no such cache to ask, and libatspi warns of it at each application.
GLib.log_set_handler("dbind", GLib.LogLevelFlags.LEVEL_WARNING, lambda *_: None, None)

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

    def __init__(self, accessible):
        self.accessible = accessible
        accessible.clear_cache_single()

    @property
    def name(self):
        return self.accessible.get_name() or ""

    @property
    def text(self):
        """The text inside it, where it holds any; its name otherwise."""
        if not self.accessible.is_text():
            return self.name
        text = self.accessible.get_text_iface()
        return Atspi.Text.get_text(text, 0, Atspi.Text.get_character_count(text))

    def attributes_at(self, position):
        """How its text looks at one of its characters, by the names of the accessibility bus."""
        attributes, *_ = Atspi.Text.get_attribute_run(self.accessible.get_text_iface(), position, False)
        return attributes

    @property
    def role(self):
        return self.accessible.get_role()

    @property
    def role_name(self):
        """The role in the accessibility bus's own word."""
        return self.accessible.get_role_name()

    def has_state(self, *states):
        found = self.accessible.get_state_set()
        return all(found.contains(state) for state in states)

    @property
    def is_showing(self):
        return self.has_state(Atspi.StateType.SHOWING, Atspi.StateType.VISIBLE)

    @property
    def is_sensitive(self):
        return self.has_state(Atspi.StateType.SENSITIVE)

    @property
    def is_focused(self):
        return self.has_state(Atspi.StateType.FOCUSED)

    def extents(self):
        """Its rectangle inside the window: x, y, width, height in pixels."""
        place = self.accessible.get_extents(Atspi.CoordType.WINDOW)
        return place.x, place.y, place.width, place.height

    def children(self):
        for index in range(self.accessible.get_child_count()):
            try:
                child = self.accessible.get_child_at_index(index)
            except GLib.Error:
                continue
            if child is not None:
                yield Node(child)

    def walk(self):
        """This node and all below it that are showing, top down."""
        yield self
        for child in self.children():
            # What left the window between two questions is no longer there to be asked.
            try:
                if child.is_showing:
                    yield from child.walk()
            except GLib.Error:
                continue

    def search(self, role=None, name=None):
        """Yields the showing nodes of a role (a word of `ROLES`) and a name (a string, a set of such, or a pattern), top down."""
        roles = ROLES[role] if role else None
        for node in self.walk():
            if (roles is None or node.role in roles) and (name is None or _matches(name, node)):
                yield node

    def find_all(self, role=None, name=None):
        """All that `search` yields."""
        return list(self.search(role, name))

    def press(self):
        """Does its first action, as a screen reader's user does."""
        self.accessible.get_action_iface().do_action(0)

    @property
    def has_actions(self):
        """Whether it can be pressed as a screen reader does; some rows only take a pointer or a key."""
        actions = self.accessible.get_action_iface()
        return actions is not None and actions.get_n_actions() > 0

    def set_text(self, text):
        """Replaces what an entry holds."""
        self.accessible.get_editable_text_iface().set_text_contents(text)

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


def _matches(wanted, node):
    """A name is what a thing is called, or where it has another name, what it says."""
    if isinstance(wanted, re.Pattern):
        return wanted.search(node.name) or wanted.search(node.text)
    wanted = {wanted} if isinstance(wanted, str) else wanted
    return not wanted.isdisjoint((node.name, node.text))


def application_with_pid(pid):
    """The application of a process; None until it has appeared on the accessibility bus."""
    desktop = Atspi.get_desktop(0)
    desktop.clear_cache()
    for index in range(desktop.get_child_count()):
        try:
            application = desktop.get_child_at_index(index)
            if application is not None and application.get_process_id() == pid:
                return Node(application)
        except GLib.Error:
            continue
    return None
