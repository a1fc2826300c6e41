"""Servers that refuse, hang, talk nonsense or too much: the window goes on, and says what it is in words."""

import os
import re
import threading
from datetime import datetime, timedelta, timezone

import steps
from driver import OddServer, until
from scene import WindowTest

MEGABYTE = 1024 * 1024


class Faults(WindowTest):
    def odd_server(self, treat):
        server = OddServer(treat)
        self.addCleanup(server.stop)
        return server

    def enter_address(self, app, server):
        """Without encryption, as on servers that have none."""
        app.press("Enter Address…")
        app.press("Encrypt", role="switch")
        steps.fill_address(app, server.host, server.port)

    def open_at(self, treat):
        """An application that says its name to such a server."""
        app = self.open_app("ana")
        self.enter_address(app, self.odd_server(treat))
        steps.join_as(app, "Ana")
        return app

    def open_in_room(self, treat):
        """One in a room of a server that takes it in, and then does this."""

        def take_in(guest):
            guest.welcome()
            treat(guest, guest.let_in())

        app = self.open_at(take_in)
        app.find("button", "Main Menu")
        app.activate("win.join-room")
        app.set_text("Room Name", "odd")
        app.press("Join")
        steps.wait_until_inside(app)
        return app

    def assert_responds(self, app):
        """That the window answers at all; how fast it does is for a benchmark to tell."""
        app.wait_for_answer()

    def test_a_server_that_sends_one_away_is_quoted(self):
        app = self.open_at(lambda guest: (guest.hear("USER"), guest.say("ERROR :Closed on Fridays."), guest.close()))
        app.wait_for_text("Closed on Fridays.")
        self.picture(app, "refused")
        self.assert_responds(app)

    def test_a_server_that_says_nothing_can_be_left(self):
        heard = threading.Event()
        app = self.open_at(lambda guest: (guest.hear("USER"), heard.set()))
        self.assertTrue(heard.wait(20))
        app.find("button", "Cancel")
        self.picture(app, "waiting")
        self.assert_responds(app)
        app.press("Cancel")
        app.find("button", "Join")

    def test_what_is_no_chat_server_is_told_in_words(self):
        for name, nonsense, words in (
            ("web", b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/html\r\n\r\n<h1>Bad Request</h1>\r\n", "is not a chat server"),
            ("noise", os.urandom(100_000), "is not a chat server"),
            # By its form this may be one, that takes nobody.
            ("mail", b"220 mail.example.org ESMTP\r\n500 5.5.1 Command unrecognized\r\n", "closed the connection"),
        ):
            app = self.open_app(name)
            self.enter_address(app, self.odd_server(lambda guest, said=nonsense: (guest.send(said), guest.close())))
            steps.join_as(app, "Ana")
            app.wait_for_text(words)
            self.assert_responds(app)
            app.stop()

    def test_encryption_is_asked_of_who_has_none(self):
        app = self.open_app("ana")
        server = self.odd_server(lambda guest: guest.send(b":odd NOTICE * :Looking up your hostname...\r\n"))
        steps.enter_address(app, server.host, server.port)
        app.wait_for_text("its encryption is another")
        self.assert_responds(app)

    def test_lines_without_end_are_left_out(self):
        sent, may_go_on = threading.Event(), threading.Event()

        def treat(guest, room):
            for _ in range(10):
                guest.send(b"x" * MEGABYTE)
            sent.set()
            may_go_on.wait(20)
            guest.say("", f":bo!u@h PRIVMSG {room} :" + "y" * 10 * MEGABYTE, f":bo!u@h PRIVMSG {room} :and a short one")

        app = self.open_in_room(treat)
        self.assertTrue(sent.wait(20))
        before = app.memory()
        self.assert_responds(app)
        may_go_on.set()
        steps.sees(app, "and a short one")
        self.assertLess(app.memory(), before + 10 * MEGABYTE)
        self.assert_responds(app)

    def test_what_nobody_understands_is_passed_over(self):
        def treat(guest, room):
            me = guest.nick
            guest.say(
                f":odd 987 {me} {room} :what is this?", f":odd 003 {me}", ":odd 353", f":odd 366 {me}", f":odd 433 {me} {me}",
                ":odd", ":", "@", "@;;;=; ", ":odd 001", "JOIN", f":{me}!u@h", f":bo!u@h PRIVMSG {room}", "PRIVMSG", "\0\0\0",
                "BATCH", "BATCH +", "BATCH -nowhere", "BATCH +a chathistory", f"BATCH +a chathistory {room}",
                f"@batch=a :bo!u@h PRIVMSG {room} :within", "@batch=a BATCH +b chathistory", "@batch=b BATCH -a", "BATCH -b",
                f"BATCH +never netsplit {room}", f"@batch=never :bo!u@h PRIVMSG {room} :never told", "@batch=gone PING :x",
                f":odd 332 {me} #elsewhere :no such room", f":bo!u@h MODE {room} +ooooovvvv", f":bo!u@h MODE {room} +",
                f":bo!u@h KICK {room} nobody", f":bo!u@h NICK", ":odd CAP * LS", ":odd CAP", f":odd CAP {me} ACK :nothing-asked",
                "AUTHENTICATE +", f":odd 900 {me}", "FAIL", "FAIL * *", ":odd 730", f"@time=yesterday :bo!u@h PRIVMSG {room} :when?",
                f"@msgid={'m' * 5000} :bo!u@h PRIVMSG {room} :who?", f":bo!u@h TOPIC {room}", f":{me}!u@h NICK :",
            )
            guest.send(b":bo!u@h PRIVMSG " + room.encode() + b" :\xff\xfe broken \xc3\r\n")
            guest.say(f":bo!u@h PRIVMSG {room} :and now a plain word")

        app = self.open_in_room(treat)
        steps.sees(app, "and now a plain word")
        steps.sees(app, "when?")
        self.picture(app, "room")
        self.assert_responds(app)
        steps.write(app, "still here")
        app.type_keys("Return")
        app.find("label", "still here")

    def test_a_clock_that_is_off_by_a_year_confuses_nobody(self):
        now = datetime.now(timezone.utc)
        times = [now - timedelta(days=366), now + timedelta(days=366), now + timedelta(days=366, seconds=1)]

        def treat(guest, room):
            for number, time in enumerate(times):
                stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000Z")
                guest.say(f"@time={stamp} :bo!u@h PRIVMSG {room} :word {number}")
            guest.say(f"@time=9999-12-31T23:59:59.999Z :bo!u@h PRIVMSG {room} :the last word")
            guest.say(f"@time=1970-01-01T00:00:00.000Z :bo!u@h PRIVMSG {room} :the first word")
            guest.say(f":bo!u@h PRIVMSG {room} :a word of now")

        app = self.open_in_room(treat)
        for text in ("word 0", "word 1", "word 2", "the last word", "a word of now"):
            steps.sees(app, text)
        app.find("label", re.compile(str(times[1].year)), steps.timeline(app))
        self.picture(app, "room")
        self.assert_responds(app)

    def test_a_flood_leaves_the_window_answering(self):
        may_begin, is_over, may_end = threading.Event(), threading.Event(), threading.Event()

        def treat(guest, room):
            may_begin.wait(60)
            for number in range(5_000):
                guest.say(f":bo!u@h PRIVMSG {room} :drop number {number} of a good many")
            is_over.set()
            may_end.wait(60)
            guest.say(f":bo!u@h PRIVMSG {room} :that was all")

        app = self.open_in_room(treat)
        may_begin.set()
        while not is_over.is_set():
            app.wait_for_answer()
        may_end.set()
        app.find("label", "that was all", steps.timeline(app), seconds=60)

    def test_a_server_that_hangs_up_again_and_again_is_called_less_and_less(self):
        calls = []

        def treat(guest):
            calls.append(guest)
            guest.welcome()
            if len(calls) > 1:
                guest.close()
                return
            guest.let_in()
            guest.close()

        app = self.open_at(treat)
        app.find("button", "Main Menu")
        app.activate("win.join-room")
        app.set_text("Room Name", "odd")
        app.press("Join")
        app.find("button", steps.TRY_NOW)
        until(lambda: len(calls) >= 3, "it to be called again")
        self.assert_responds(app)
        self.assertLess(len(calls), 10)
        self.picture(app, "offline")
