"""Finding rooms, making them, setting them up, and asking others in."""

import re

import steps
from driver import until
from scene import WindowTest


class Rooms(WindowTest):
    def test_a_room_is_made_found_and_set_up(self):
        ana, badr = self.open_app("ana"), self.open_app("badr")
        steps.connect(ana, self.server, "Ana")
        steps.connect(badr, self.server, "Badr")
        steps.choose_from(ana, "Add", "r")
        ana.set_text("Room Name", "tea room")
        ana.set_text("Topic (Optional)", "Tea at five")
        self.picture(ana, "new-room")
        ana.press("Create")
        ana.wait_for_text("Tea at five")

        steps.choose_from(badr, "Add", "b")
        rooms = badr.find("list", "All rooms")
        row = badr.find("row", re.compile("^tea_room"), rooms)
        self.assertIn("Tea at five", row.name)
        self.picture(badr, "directory")
        badr.set_text("Search rooms and topics", "five")
        until(lambda: len(badr.find_all("row", None, rooms)) == 1, "one room to be found")
        badr.click(badr.find("row", re.compile("^tea_room"), rooms))
        ana.wait_for_text("Badr", ana.find("list", steps.PEOPLE))

        steps.choose_from(ana, "Conversation Menu", "s")
        moderated = ana.find("switch", "Moderated")
        until(lambda: moderated.is_sensitive, "the server to say how the room is set up")
        self.picture(ana, "settings")
        ana.type_keys("alt+m")
        ana.type_keys("Escape")
        steps.enter(badr, "Nobody hears me")
        badr.find("button", "Retry")
        steps.choose_from(badr, "Conversation Menu", "s")
        badr.find("dialog", "Room Settings")
        self.picture(badr, "settings-to-look-at")

    def test_a_room_with_another_name_is_the_same_room(self):
        ana, badr = self.open_app("ana"), self.open_app("badr")
        steps.connect(ana, self.server, "Ana")
        steps.connect(badr, self.server, "Badr")
        for app in (ana, badr):
            steps.join_room(app, "garden")
        steps.say(ana, "the roses are out")
        steps.sees(badr, "the roses are out")
        steps.write(badr, "half a sen")
        steps.choose_from(ana, "Conversation Menu", "s")
        name = ana.set_text("Room Name", "orchard")
        ana.focus(name)
        ana.type_keys("Return")
        ana.type_keys("Escape")
        for app in (ana, badr):
            app.wait_for_text("orchard", app.find("list", "Rooms"))
            steps.sees(app, "the roses are out")
            app.wait_for_text("renamed the room to", steps.timeline(app))
            self.assertEqual(app.find_all("row", re.compile("^garden"), app.find("list", "Rooms")), [])
        self.assertEqual(badr.find("entry", steps.COMPOSER).text, "half a sen")
        self.picture(badr, "renamed")
        steps.say(badr, "and the apples")
        steps.sees(ana, "and the apples")

    def test_a_link_leads_to_the_room_on_a_server_that_is_known(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        link = f"majlis://{self.server.host}:{self.server.port}/#tea_room"
        carol = self.raw_guest("carol")
        carol.say(f"come to {link}")
        steps.open_menu(ana, "come to majlis")
        ana.find("menu item")
        self.picture(ana, "menu")
        ana.type_keys("l")
        until(lambda: not ana.find_all("menu item"), "the menu to close")
        composer = ana.find("entry", steps.COMPOSER)
        ana.focus(composer)
        ana.type_keys("ctrl+v")
        until(lambda: composer.text == link, "the link to be pasted")
        composer.set_text("")
        self.assertEqual(ana.start_again("--from-link", link), 0)
        ana.wait_for_text("tea_room", ana.find("list", "Rooms"))
        self.picture(ana, "there")

    def test_others_are_asked_in_and_come(self):
        ana, badr = self.open_app("ana"), self.open_app("badr")
        steps.connect(ana, self.server, "Ana")
        steps.connect(badr, self.server, "Badr")
        steps.enter(ana, "/join #tea&garden")
        ana.wait_for_text("tea&garden", ana.find("list", "Rooms"))
        steps.choose_from(ana, "Add", "i")
        ana.find(None, re.compile("asked to come to .?tea&garden"))
        ana.wait_for_text("majlis://127.0.0.1")
        ana.wait_for_text(self.server.words)
        self.picture(ana, "invite")
        ana.type_keys("alt+c")
        ana.find("entry", "Search people")
        ana.type_text("no body")
        ana.type_keys("Return")
        ana.wait_for_text("Nobody can have this name")
        ana.set_text("Search people", "")
        ana.type_text("Badr")
        ana.type_keys("Return")
        ana.find(None, re.compile("Badr.? was invited to"))
        badr.find(None, re.compile("Ana.? invites you to"))
        self.picture(badr, "invited")
        badr.press("Join")
        ana.wait_for_text("Badr", ana.find("list", steps.PEOPLE))
