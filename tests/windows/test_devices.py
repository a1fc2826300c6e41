"""One person on two devices, and what only the server knows."""

import re
import sqlite3

import steps
from driver import until
from scene import WindowTest

PASSWORD = "tulips-tulips"


class Devices(WindowTest):
    def test_what_is_read_on_one_device_is_read_on_the_other(self):
        ana, tablet = self.open_app("ana"), self.open_app("tablet")
        steps.connect(ana, self.server, "Ana", PASSWORD)
        ana.wait_for_text("is yours now")
        steps.connect(tablet, self.server, "Ana", PASSWORD)
        for app in (ana, tablet):
            steps.enter(app, "/join #garden")
            app.find("row", re.compile("^garden"), app.find("list", "Rooms"))
        carol = self.raw_guest("carol")
        carol.say("who reads this?")
        for app in (ana, tablet):
            self.lobby(app, re.compile("1 unread message"))
        self.picture(tablet, "unread")
        ana.click(self.lobby(ana))
        steps.sees(ana, "who reads this?")
        until(lambda: "unread" not in self.lobby(tablet).name, "the other device to know that it was read")

    def test_what_is_said_to_somebody_away_is_there_when_they_come_back(self):
        ana, badr = self.open_app("ana"), self.open_app("badr")
        for app, name in ((ana, "Ana"), (badr, "Badr")):
            steps.connect(app, self.server, name, PASSWORD)
            app.wait_for_text("is yours now")
        badr.close_window()
        steps.enter(ana, "/msg Badr The key is under the mat")
        steps.sees(ana, "The key is under the mat")
        # On the device that was there before, and on one that never was.
        tablet = self.open_app("tablet")
        steps.connect(tablet, self.server, "Badr", PASSWORD)
        devices = self.open_app("badr"), tablet
        # What is read on one is soon read on the other, so that both are looked at first.
        for app in devices:
            app.find("row", re.compile("^Ana.*1 unread"), app.find("list", "Rooms"))
        for app in devices:
            steps.open_conversation(app, "Ana")
            steps.sees(app, "The key is under the mat")
        self.picture(tablet, "tablet")

    @staticmethod
    def lobby(app, pattern=re.compile("")):
        rows = app.find("list", "Rooms")
        return until(
            lambda: next(
                (row for row in app.find_all("row", re.compile("^lobby"), rows) if pattern.search(row.name)), None
            ),
            f"the lobby's row with {pattern.pattern!r}",
        )


class Presence(WindowTest):
    def test_who_one_talks_to_alone_is_seen_to_leave_and_to_come_back(self):
        ana, badr = self.open_app("ana"), self.open_app("badr")
        steps.connect(ana, self.server, "Ana")
        steps.connect(badr, self.server, "Badr")
        steps.enter(ana, "/msg Badr Just between us")
        rooms = ana.find("list", "Rooms")
        ana.find("row", re.compile("^Badr, Here"), rooms)
        self.assertEqual(badr.close_window(), 0)
        ana.find("row", re.compile("^Badr, Offline"), rooms)
        self.picture(ana, "offline")
        badr = self.open_app("badr")
        steps.wait_until_online(badr)
        ana.find("row", re.compile("^Badr, Here"), rooms)
        steps.choose_from(badr, "Main Menu", "w")
        badr.set_text("Words for Others", "At lunch")
        badr.press("Set Away")
        ana.find("row", re.compile("^Badr, Away"), rooms)


class Knowledge(WindowTest):
    def test_the_server_finds_what_is_not_on_this_computer_and_one_goes_there(self):
        guests = [self.irc_guest(f"guest{number}") for number in range(4)]
        guests[0].send("PRIVMSG #lobby :The kettle is in the kitchen")
        guests[0].msgid_of("The kettle is in the kitchen")
        # More than a page of history, which is all that is fetched at first; fewer each than a server slows down.
        for number, guest in enumerate(guests):
            for line in range(30):
                guest.send(f"PRIVMSG #lobby :line {line} of {number}")
            guest.wait_for(f"line 29 of {number}")
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        steps.sees(ana, "line 29 of 3")
        ana.type_keys("ctrl+f")
        self.assertEqual(self.kept(ana, "kettle"), 0, "the archive has it already")
        ana.set_text("Search messages", "kettle")
        hits = ana.find("list", "Found messages")
        ana.find("row", re.compile("kettle is in the kitchen"), hits)
        ana.focus(ana.find("entry", "Search messages"))
        steps.go_to_found(ana, "kettle")

    def test_older_words_come_in_their_order_as_one_scrolls(self):
        count = 150
        for first in range(0, count, 30):
            guest = self.irc_guest(f"guest{first}")
            for number in range(first, first + 30):
                guest.send(f"PRIVMSG #lobby :number {number}")
            guest.wait_for(f"number {first + 29}")
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        steps.sees(ana, f"number {count - 1}")
        seen = [count]
        for _ in range(40):
            ana.turn_wheel(steps.timeline(ana), -20)
            labels = ana.find_all("label", re.compile("^number "), steps.timeline(ana))
            seen = [int(label.name.split()[1]) for label in labels]
            self.assertEqual(seen, list(range(seen[0], seen[0] + len(seen))))
            if seen[0] == 0:
                break
        self.assertEqual(seen[0], 0)
        self.picture(ana, "beginning")

    @staticmethod
    def kept(app, word):
        """How many messages with this word the application has on its disk."""
        with sqlite3.connect(app.folder / "data" / "majlis" / "archive.db") as file:
            return file.execute("SELECT count(*) FROM messages WHERE text LIKE ?", (f"%{word}%",)).fetchone()[0]


class Operators(WindowTest):
    def test_an_operator_deletes_what_somebody_else_said_and_says_why(self):
        ana, badr = self.open_app("ana"), self.open_app("badr")
        steps.connect(ana, self.server, "Ana")
        steps.connect(badr, self.server, "Badr")
        for app in (ana, badr):
            steps.join_room(app, "garden")
        ana.wait_for_text("Badr", ana.find("list", steps.PEOPLE))
        steps.say(badr, "Buy my things")
        steps.sees(ana, "Buy my things")
        steps.focus_message(ana, "Buy my things")
        ana.type_keys("Delete")
        ana.find("dialog", "Delete Message?")
        ana.set_text("Reason (Optional)", "Not here")
        self.picture(ana, "dialog")
        ana.press("Delete", within=ana.find("dialog", "Delete Message?"))
        badr.find("label", re.compile("Deleted by .*Ana.*Not here"))
        self.assertEqual(steps.count(badr, "Buy my things"), 0)
        # Not an operator: the key does nothing to what others said.
        steps.say(ana, "Thank you")
        steps.sees(badr, "Thank you")
        steps.focus_message(badr, "Thank you")
        badr.type_keys("Delete")
        badr.focus(badr.find("entry", steps.COMPOSER))
        self.assertEqual(badr.find_all("dialog", "Delete Message?"), [])
        self.assertEqual(steps.count(badr, "Thank you"), 1)
