"""What a person without a mouse, or without sight, can reach."""

import re

import steps
from scene import WindowTest


class Access(WindowTest):
    def test_the_keyboard_alone_leads_into_the_room(self):
        ana = self.open_app("ana")
        ana.focus(ana.find("button", "Enter Address…"))
        ana.type_keys("Return")
        for name, text in (("Address", self.server.host), ("Port", str(self.server.port))):
            self.fill(ana, name, text)
        ana.type_keys("Return")
        ana.focus(ana.find("button", "The Words Match"))
        ana.type_keys("space")
        self.fill(ana, "Name", "Ana")
        ana.type_keys("Return")
        composer = ana.find("entry", steps.COMPOSER)
        steps.until(lambda: composer.is_focused, "the caret to be in the composer")
        carol = self.raw_guest("carol")
        ana.type_text("by keyboard alone")
        ana.type_keys("Return")
        carol.wait_for("Ana: by keyboard alone")

    @staticmethod
    def fill(app, name, text):
        app.focus(app.find("entry", name))
        app.type_keys("ctrl+a")
        app.type_text(text)

    def test_whatever_can_be_pressed_or_filled_has_a_name(self):
        ana = self.open_app("ana")
        ana.press("Enter Address…")
        ana.find("button", "Connect")
        self.assert_all_are_named(ana)
        steps.fill_address(ana, self.server.host, self.server.port)
        ana.find("button", "The Words Match")
        self.assert_all_are_named(ana)
        steps.trust(ana, self.server)
        ana.find("button", "Join")
        self.assert_all_are_named(ana)
        steps.join_as(ana, "Ana")
        steps.wait_until_inside(ana)
        self.assert_all_are_named(ana)
        ana.type_keys("ctrl+comma")
        ana.find("switch", "Do Not Disturb")
        self.assert_all_are_named(ana)

    def assert_all_are_named(self, app):
        for role in ("button", "entry", "switch"):
            for node in app.find_all(role):
                if not node.name.strip():
                    self.fail(f"a {role} has no name:\n{app.root.dump()}")

    def test_a_screen_reader_is_told_of_rooms_people_and_messages(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        carol = self.raw_guest("carol")
        carol.say("Hello, can you hear me?")
        timeline = steps.timeline(ana)
        self.assertEqual(timeline.role_name, "log")
        ana.find("row", re.compile(r"^carol, .+: Hello, can you hear me\?$"), timeline)
        ana.find("row", None, ana.find("list", "Rooms"))
        ana.wait_for_text("carol", ana.find("list", steps.PEOPLE))
