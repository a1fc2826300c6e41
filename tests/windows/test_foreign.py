"""The application on servers that nobody here wrote: what they can do, it does; what they lack, it does not offer."""

import re

import steps
from driver import OtherServer
from scene import WindowTest


class Foreign(WindowTest):
    def test_an_evening_on_inspircd(self):
        ana, badr = self.spend_an_evening("inspircd")
        # It hands on replies and reactions.
        steps.choose(badr, "Is anybody here?", "r")
        steps.say(badr, "I am!")
        ana.find("button", re.compile("In reply to Ana: Is anybody here"))
        self.picture(ana, "reply")

    def test_an_evening_on_ngircd(self):
        ana, _badr = self.spend_an_evening("ngircd")
        # It has no way to answer one message, so nothing offers that: Copy Text and Select Messages are all.
        steps.open_menu(ana, "Is anybody here?")
        ana.find("menu item")
        self.assertEqual(len(ana.find_all("menu item")), 2)
        self.picture(ana, "menu")

    def test_what_was_typed_while_away_is_said_after_the_application_was_closed(self):
        for program in ("inspircd", "ngircd"):
            with self.subTest(program):
                server = self.open_other_server(program)
                ana, badr = self.open_app(f"ana-{program}"), self.open_app(f"badr-{program}")
                for app, name in ((ana, "Ana"), (badr, "Badr")):
                    self.come_in(app, server, name)
                server.kill()
                for app in (ana, badr):
                    steps.wait_until_offline(app)
                for text in ("first", "second"):
                    steps.say(ana, text)
                self.assertEqual(ana.close_window(), 0)
                server.start()
                steps.wait_until_online(badr)
                ana = self.open_app(f"ana-{program}")
                steps.wait_until_online(ana)
                # Nothing came back of what was never sent: it goes now, in order, and once.
                for app in (badr, ana):
                    for text in ("first", "second"):
                        steps.sees(app, text)
                        self.assertEqual(steps.count(app, text), 1, text)
                self.assertEqual(ana.find_all("button", "Retry"), [])
                self.picture(ana, f"closed-{program}")

    def spend_an_evening(self, program):
        """Two people meet in a room, talk there and alone, and one comes back after a while; returns their applications."""
        server = self.open_other_server(program)
        ana, badr = self.open_app("ana"), self.open_app("badr")
        for app, name in ((ana, "Ana"), (badr, "Badr")):
            self.come_in(app, server, name)
        steps.say(ana, "Is anybody here?")
        steps.say(badr, "أهلاً وسهلاً")
        for app in (ana, badr):
            for text in ("Is anybody here?", "أهلاً وسهلاً"):
                steps.sees(app, text)
                self.assertEqual(steps.count(app, text), 1, text)
            app.wait_for_text("Ana", app.find("list", steps.PEOPLE))
            app.wait_for_text("Badr", app.find("list", steps.PEOPLE))
        self.picture(ana, "room")
        self.write_alone(ana, badr)
        server.kill()
        steps.wait_until_offline(ana)
        steps.say(ana, "said while away")
        server.start()
        for app in (ana, badr):
            steps.wait_until_online(app)
        # Whether the other was back before it went is chance: such a server keeps nothing for who comes later.
        steps.sees(ana, "said while away")
        steps.say(badr, "Good to be back")
        steps.sees(ana, "Good to be back")
        self.assertEqual(steps.count(ana, "said while away"), 1)
        return ana, badr

    def come_in(self, app, server, name):
        """As somebody who knows only the address, to a server that opens no room by itself."""
        steps.enter_address(app, server.host, server.port)
        # Nothing prints the words of such a server's key.
        app.press("The Words Match")
        steps.join_as(app, name)
        app.press("Join Room…")
        app.set_text("Room Name", "den")
        app.press("Join")
        steps.wait_until_inside(app)

    def write_alone(self, ana, badr):
        """A private message, and the answer; both are in the room again afterwards."""
        steps.enter(ana, "/msg Badr Only for you")
        badr.wait_for_text("Ana", badr.find("list", "Rooms"))
        steps.open_conversation(badr, "Ana")
        steps.sees(badr, "Only for you")
        steps.say(badr, "Thank you")
        steps.sees(ana, "Thank you")
        self.picture(ana, "alone")
        for app in (ana, badr):
            steps.open_conversation(app, "den")
            steps.sees(app, "Is anybody here?")

    def open_other_server(self, program):
        if not OtherServer.is_here(program):
            self.skipTest(f"{program} is not on this machine")
        server = OtherServer(program, self.folder / program)
        self.addCleanup(server.stop)
        return server
