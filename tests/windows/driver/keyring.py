"""A keyring for one application: as much of the Secret Service as keeping a password takes.

It keeps what it is given in a file, in the open, so that a test can look and the next start finds it again.
"""

import json
from pathlib import Path

from gi.repository import Gio, GLib

ROOT = "/org/freedesktop/secrets"
COLLECTION = f"{ROOT}/collection/login"
SESSION = f"{ROOT}/session/one"
NO_PROMPT = "/"

SERVICE_INTERFACE = """<node><interface name="org.freedesktop.Secret.Service">
  <method name="OpenSession">
    <arg type="s" direction="in"/><arg type="v" direction="in"/>
    <arg type="v" direction="out"/><arg type="o" direction="out"/>
  </method>
  <method name="ReadAlias"><arg type="s" direction="in"/><arg type="o" direction="out"/></method>
  <method name="Unlock">
    <arg type="ao" direction="in"/><arg type="ao" direction="out"/><arg type="o" direction="out"/>
  </method>
  <property name="Collections" type="ao" access="read"/>
</interface></node>"""

COLLECTION_INTERFACE = """<node><interface name="org.freedesktop.Secret.Collection">
  <method name="SearchItems"><arg type="a{ss}" direction="in"/><arg type="ao" direction="out"/></method>
  <method name="CreateItem">
    <arg type="a{sv}" direction="in"/><arg type="(oayays)" direction="in"/><arg type="b" direction="in"/>
    <arg type="o" direction="out"/><arg type="o" direction="out"/>
  </method>
  <property name="Items" type="ao" access="read"/>
  <property name="Label" type="s" access="read"/>
  <property name="Locked" type="b" access="read"/>
</interface></node>"""

ITEM_INTERFACE = """<node><interface name="org.freedesktop.Secret.Item">
  <method name="GetSecret"><arg type="o" direction="in"/><arg type="(oayays)" direction="out"/></method>
  <method name="Delete"><arg type="o" direction="out"/></method>
  <property name="Locked" type="b" access="read"/>
  <property name="Attributes" type="a{ss}" access="read"/>
  <property name="Label" type="s" access="read"/>
</interface></node>"""


class Keyring:
    """One unlocked collection on a bus."""

    def __init__(self, bus, path):
        self.bus, self.path = bus, Path(path)
        self.items = json.loads(self.path.read_text()) if self.path.exists() else {}
        self._register(ROOT, SERVICE_INTERFACE, self._service, self._property)
        self._register(COLLECTION, COLLECTION_INTERFACE, self._collection, self._property)
        for name in self.items:
            self._register_item(name)
        Gio.bus_own_name_on_connection(bus, "org.freedesktop.secrets", Gio.BusNameOwnerFlags.NONE, None, None)

    def _register(self, path, description, handler, read_property):
        interface = Gio.DBusNodeInfo.new_for_xml(description).interfaces[0]
        self.bus.register_object(path, interface, handler, read_property, None)

    def _register_item(self, name):
        self._register(f"{COLLECTION}/{name}", ITEM_INTERFACE, self._item, self._property)

    def _keep(self):
        self.path.write_text(json.dumps(self.items))

    def _paths(self):
        return [f"{COLLECTION}/{name}" for name in self.items]

    def _property(self, _bus, _sender, path, _interface, name):
        item = self.items.get(path.rpartition("/")[2], {})
        return {
            "Collections": GLib.Variant("ao", [COLLECTION]),
            "Items": GLib.Variant("ao", self._paths()),
            "Label": GLib.Variant("s", item.get("label", "Login")),
            "Attributes": GLib.Variant("a{ss}", item.get("attributes", {})),
            "Locked": GLib.Variant("b", False),
        }[name]

    def _service(self, _bus, _sender, _path, _interface, method, parameters, invocation):
        if method == "OpenSession":
            if parameters.unpack()[0] != "plain":
                invocation.return_dbus_error("org.freedesktop.DBus.Error.NotSupported", "in the open only")
                return
            answer = GLib.Variant("(vo)", (GLib.Variant("s", ""), SESSION))
        elif method == "ReadAlias":
            answer = GLib.Variant("(o)", (COLLECTION,))
        else:
            answer = GLib.Variant("(aoo)", (parameters.unpack()[0], NO_PROMPT))
        invocation.return_value(answer)

    def _collection(self, _bus, _sender, _path, _interface, method, parameters, invocation):
        if method == "SearchItems":
            wanted = parameters.unpack()[0].items()
            found = [
                f"{COLLECTION}/{name}"
                for name, item in self.items.items()
                if wanted <= item["attributes"].items()
            ]
            invocation.return_value(GLib.Variant("(ao)", (found,)))
            return
        properties, (_, _, secret, _), _replace = parameters.unpack()
        name = f"i{len(self.items) + 1}"
        self.items[name] = {
            "label": properties["org.freedesktop.Secret.Item.Label"],
            "attributes": properties["org.freedesktop.Secret.Item.Attributes"],
            "secret": bytes(secret).decode(),
        }
        self._keep()
        self._register_item(name)
        invocation.return_value(GLib.Variant("(oo)", (f"{COLLECTION}/{name}", NO_PROMPT)))

    def _item(self, _bus, _sender, path, _interface, method, _parameters, invocation):
        name = path.rpartition("/")[2]
        if method == "GetSecret":
            secret = self.items[name]["secret"].encode()
            value = (SESSION, b"", secret, "text/plain")
            invocation.return_value(GLib.Variant("((oayays))", (value,)))
            return
        del self.items[name]
        self._keep()
        invocation.return_value(GLib.Variant("(o)", (NO_PROMPT,)))
