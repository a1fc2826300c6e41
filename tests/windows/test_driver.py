"""What all other tests rely on: that the driver sees what there is."""

import steps
from driver import until
from scene import WindowTest


class Driver(WindowTest):
    def test_one_look_takes_in_what_asking_for_one_thing_after_the_other_does(self):
        ana = self.open_app("ana")
        self.assert_sees_all(ana, "Enter Address…")
        steps.connect(ana, self.server, "Ana")
        steps.say(ana, "seen at once")
        self.assert_sees_all(ana, "seen at once")
        steps.open_menu(ana, "seen at once")
        ana.find("menu item")
        self.assert_sees_all(ana, "seen at once")
        ana.type_keys("Escape")
        ana.type_keys("ctrl+comma")
        self.assert_sees_all(ana, "Do Not Disturb")
        ana.escape_from("switch", "Do Not Disturb")
        self.assert_sees_all(ana, "seen at once")

    def assert_sees_all(self, app, name):
        app.find(None, name)
        # What changes just then is not the same in both.
        until(lambda: words(app.find_all()) == words(one_by_one(app.root)), "a look that sees all of the window")


def one_by_one(node):
    """A thing and all below it that is showing, top down."""
    found = [node]
    for child in node.children():
        if child.is_showing:
            found += one_by_one(child)
    return found


def words(nodes):
    return [(node.role_name, node.name) for node in nodes]
