"""The list of rooms and people: pinned, muted, found, left and joined again."""

import re

import steps
from driver import until
from scene import WindowTest


class Sidebar(WindowTest):
    def test_rooms_are_pinned_muted_and_left_by_keyboard_and_stay_so(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        for room in ("zebra", "apple"):
            steps.enter(ana, f"/join #{room}")
            ana.find("row", re.compile(f"^{room}"), ana.find("list", "Rooms"))
        self.choose_for(ana, "p")
        ana.wait_for_text("Pinned", ana.find("list", "Rooms"))
        self.choose_for(ana, "m")
        ana.find("row", re.compile("^apple.*muted"), ana.find("list", "Rooms"))
        self.picture(ana, "pinned")
        ana.close_window()
        ana = self.open_app("ana")
        rooms = ana.find("list", "Rooms")
        ana.find("row", re.compile("^apple.*muted"), rooms)
        ana.wait_for_text("Pinned", rooms)
        steps.wait_until_online(ana)

        steps.enter(ana, "/join #apple")
        self.choose_for(ana, "l")
        until(lambda: not ana.find_all("row", re.compile("^apple")), "the room to be left")
        ana.find(None, re.compile("You left .?apple"))
        ana.press("Undo")
        ana.find("row", re.compile("^apple"), ana.find("list", "Rooms"))

    def test_a_rooms_link_is_copied_and_leads_there_when_it_is_clicked(self):
        ana, badr = self.open_app("ana"), self.open_app("badr")
        steps.connect(ana, self.server, "Ana")
        steps.connect(badr, self.server, "Badr")
        steps.join_room(ana, "orchard")
        self.choose_for(ana, "c")
        ana.find("label", "Link copied")
        composer = ana.find("entry", steps.COMPOSER)
        ana.focus(composer)
        ana.type_keys("ctrl+v")
        link = until(lambda: composer.text, "the link to be pasted")
        self.assertRegex(link, rf"^majlis://{self.server.host}:{self.server.port}/.*#orchard$")
        steps.enter(ana, "/msg Badr " + link)

        steps.open_conversation(badr, "Ana")
        steps.sees(badr, link)
        badr.click_at_start(badr.find("label", link, steps.timeline(badr)))
        badr.wait_for_text("orchard", badr.find("list", "Rooms"))

    def choose_for(self, app, key):
        """Chooses from the menu of the open room's row."""
        composer = app.find("entry", steps.COMPOSER)
        app.focus(composer)
        app.type_keys("F6", "F6")
        rooms = app.find("list", "Rooms")
        until(lambda: any(row.is_focused for row in app.find_all("row", None, rooms)), "the focus in the list")
        app.type_keys("Menu")
        app.find("menu item")
        app.type_keys(key)
        until(lambda: not app.find_all("menu item"), "the menu to close")

    def test_the_field_narrows_the_list_and_joins_what_is_not_there(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        field = ana.set_text("Find or join a room", "gard")
        ana.wait_for_text("Press Enter to join")
        self.picture(ana, "nothing-found")
        ana.focus(field)
        ana.type_keys("Return")
        rooms = ana.find("list", "Rooms")
        ana.find("row", re.compile("^gard"), rooms)
        ana.set_text("Find or join a room", "lob")
        until(lambda: len(ana.find_all("row", None, ana.find("list", "Rooms"))) == 1, "one room to be found")


class Search(WindowTest):
    def test_what_was_said_is_found_and_one_goes_there(self):
        ana, carol = self.open_app("ana"), self.raw_guest("carol")
        steps.connect(ana, self.server, "Ana")
        carol.say("The kettle is in the kitchen")
        steps.sees(ana, "The kettle is in the kitchen")
        for number in range(40):
            carol.say(f"line {number}")
        steps.sees(ana, "line 39")
        ana.type_keys("ctrl+f")
        ana.set_text("Search messages", "kettle")
        hits = ana.find("list", "Found messages")
        row = ana.find("row", re.compile("kettle is in the kitchen"), hits)
        self.assertIn("carol", row.name)
        self.picture(ana, "found")
        ana.set_text("From whom", "Ana")
        ana.wait_for_text("No Messages Found")
        ana.set_text("From whom", "car")
        ana.focus(ana.find("entry", "Search messages"))
        ana.find("list", "Found messages")
        steps.go_to_found(ana, "kettle")
        self.picture(ana, "there")
