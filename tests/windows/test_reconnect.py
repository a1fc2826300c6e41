"""Losing the server and getting it back, with nothing lost and nothing twice."""

import re

import steps
from driver import until
from scene import WindowTest


class Reconnect(WindowTest):
    def test_what_is_typed_while_the_server_is_dead_arrives_exactly_once(self):
        ana, badr = self.open_app("ana"), self.open_app("badr")
        steps.connect(ana, self.server, "Ana")
        steps.connect(badr, self.server, "Badr")
        steps.say(ana, "before")
        steps.sees(badr, "before")

        self.server.kill()
        steps.wait_until_offline(ana)
        steps.wait_until_offline(badr)
        steps.say(ana, "meanwhile, one")
        steps.say(ana, "meanwhile, two")
        self.picture(ana, "pending")
        self.server.start()

        for app in (ana, badr):
            steps.wait_until_online(app)
            for text in ("meanwhile, one", "meanwhile, two"):
                until(lambda a=app, t=text: steps.count(a, t) == 1, f"{text!r}", seconds=60)
        steps.say(badr, "after")
        steps.sees(ana, "after")
        for app in (ana, badr):
            self.assert_said_once_and_in_order(app)

    def assert_said_once_and_in_order(self, app):
        said = ["before", "meanwhile, one", "meanwhile, two", "after"]
        shown = [node.name for node in app.find_all("label", None, steps.timeline(app))]
        self.assertEqual([text for text in shown if text in said], said)

    def test_who_came_and_went_meanwhile_is_told_once(self):
        ana, badr = self.open_app("ana"), self.open_app("badr")
        steps.connect(ana, self.server, "Ana")
        steps.connect(badr, self.server, "Badr")
        steps.say(ana, "before")
        steps.sees(badr, "before")
        self.assertEqual(badr.close_window(), 0)
        self.raw_guest("carol").leave()
        ana.wait_for_text("carol", steps.timeline(ana))
        steps.say(ana, "after")
        for turn in ("missed", "kept"):
            badr = self.open_app("badr")
            steps.wait_until_online(badr)
            steps.sees(badr, "after")
            told = re.compile("carol.*joined and left")
            badr.find("label", told, steps.timeline(badr))
            self.assertEqual(len(badr.find_all("label", told, steps.timeline(badr))), 1)
            self.picture(badr, turn)
            self.assertEqual(badr.close_window(), 0)

    def test_twice_in_a_row(self):
        """The second loss finds everything that the first one had to put back in place."""
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        for turn in ("first", "second"):
            self.server.kill()
            steps.wait_until_offline(ana)
            steps.say(ana, f"during the {turn}")
            self.server.start()
            steps.wait_until_online(ana)
        carol = self.raw_guest("carol")
        steps.say(ana, "now")
        carol.wait_for("Ana: now")
        for text in ("during the first", "during the second", "now"):
            self.assertEqual(steps.count(ana, text), 1, text)
