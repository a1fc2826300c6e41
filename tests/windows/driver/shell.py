#!/usr/bin/env python3
"""What a desktop is to one application: notifications, the Background portal, a keyring, on the application's own bus.

Run as a program it provides these and writes down what it is asked, one JSON object a line; `Shell` is the test's end of it.
"""

import json
import os
import signal
import sys

if __name__ != "__main__":
    from .processes import Process
    from .wait import until

NOTIFICATIONS = """<node><interface name="org.freedesktop.Notifications">
  <method name="GetCapabilities"><arg type="as" direction="out"/></method>
  <method name="Notify">
    <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
    <arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/>
  </method>
  <method name="CloseNotification"><arg type="u" direction="in"/></method>
  <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
  <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
</interface></node>"""

BACKGROUND = """<node><interface name="org.freedesktop.portal.Background">
  <method name="RequestBackground">
    <arg type="s" direction="in"/><arg type="a{sv}" direction="in"/><arg type="o" direction="out"/>
  </method>
  <method name="SetStatus"><arg type="a{sv}" direction="in"/></method>
</interface></node>"""


class Shell:
    """The test's end: what the desktop was asked, and clicking what it shows."""

    def __init__(self, folder, allows=True):
        self._log = folder / "shell.log"
        self._keyring = folder / "keyring.json"
        self._allows = allows
        self._process = None

    def start(self, bus_address):
        environment = os.environ | {"DBUS_SESSION_BUS_ADDRESS": bus_address}
        answer = "allow" if self._allows else "refuse"
        command = [sys.executable, __file__, answer, self._keyring]
        starts = len(self.said("ready"))
        self._process = Process(command, self._log, environment)
        until(lambda: len(self.said("ready")) > starts, "the desktop to be there")

    def said(self, what):
        """Everything of this kind that it was asked, oldest first."""
        return [entry[what] for entry in self._entries() if what in entry]

    def _entries(self):
        written = self._log.read_text() if self._log.exists() else ""
        return [json.loads(line) for line in written.splitlines() if line.startswith("{")]

    def shown(self):
        """The notifications that are shown: title and text by their number."""
        shown = {}
        for entry in self._entries():
            if "notify" in entry:
                shown[entry["notify"]["id"]] = (entry["notify"]["title"], entry["notify"]["text"])
            shown.pop(entry.get("close"), None)
        return shown

    def passwords(self):
        """What the keyring holds."""
        kept = json.loads(self._keyring.read_text()) if self._keyring.exists() else {}
        return [item["secret"] for item in kept.values()]

    def click_newest(self):
        """Clicks the newest notification."""
        os.kill(self._process.pid, signal.SIGUSR1)

    def stop(self):
        if self._process:
            self._process.stop()


class Provider:
    """The other end: on the bus."""

    def __init__(self, allows):
        self.allows = allows
        self.newest = 0
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        for name, path, description, handler in (
            ("org.freedesktop.Notifications", "/org/freedesktop/Notifications", NOTIFICATIONS, self.notifications),
            ("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop", BACKGROUND, self.background),
        ):
            interface = Gio.DBusNodeInfo.new_for_xml(description).interfaces[0]
            self.bus.register_object(path, interface, handler, None, None)
            Gio.bus_own_name_on_connection(self.bus, name, Gio.BusNameOwnerFlags.NONE, None, None)
        GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGUSR1, self.click)

    def notifications(self, _bus, _sender, _path, _interface, method, parameters, invocation):
        if method == "GetCapabilities":
            invocation.return_value(GLib.Variant("(as)", (["actions", "body"],)))
        elif method == "Notify":
            _, replaces, _, title, text, *_ = parameters.unpack()
            self.newest = replaces or self.newest + 1
            say(notify={"id": self.newest, "title": title, "text": text})
            invocation.return_value(GLib.Variant("(u)", (self.newest,)))
        else:
            say(close=parameters.unpack()[0])
            invocation.return_value(None)

    def click(self):
        self.bus.emit_signal(
            None, "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "ActionInvoked",
            GLib.Variant("(us)", (self.newest, "default")),
        )
        # As every desktop does.
        say(close=self.newest)
        self.bus.emit_signal(
            None, "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "NotificationClosed",
            GLib.Variant("(uu)", (self.newest, 2)),
        )
        return GLib.SOURCE_CONTINUE

    def background(self, _bus, sender, _path, _interface, method, parameters, invocation):
        if method == "SetStatus":
            say(status=parameters.unpack()[0].get("message"))
            invocation.return_value(None)
            return
        options = parameters.unpack()[1]
        say(background={"autostart": options["autostart"], "reason": options["reason"]})
        name = sender.lstrip(":").replace(".", "_")
        path = f"/org/freedesktop/portal/desktop/request/{name}/{options['handle_token']}"
        invocation.return_value(GLib.Variant("(o)", (path,)))
        results = {
            "background": GLib.Variant("b", self.allows),
            "autostart": GLib.Variant("b", self.allows and options["autostart"]),
        }
        self.bus.emit_signal(
            sender, path, "org.freedesktop.portal.Request", "Response",
            GLib.Variant("(ua{sv})", (0 if self.allows else 1, results)),
        )


def say(**entry):
    print(json.dumps(entry), flush=True)


if __name__ == "__main__":
    from gi.repository import Gio, GLib
    from keyring import Keyring

    provider = Provider(allows=sys.argv[1] == "allow")
    Keyring(provider.bus, sys.argv[2])
    say(ready=True)
    GLib.MainLoop().run()
