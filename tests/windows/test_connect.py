"""Coming in: address, trust, name."""

import re
import socket

import steps
from driver import until
from scene import WindowTest


class Connect(WindowTest):
    def test_address_trust_and_name_lead_to_the_lobby(self):
        ana = self.open_app("ana")
        ana.find("button", "Enter Address…")
        self.picture(ana, "find")
        steps.enter_address(ana, self.server.host, self.server.port)
        self.picture_of_trust(ana)
        steps.trust(ana, self.server)
        ana.find("button", "Join")
        self.picture(ana, "you")
        steps.join_as(ana, "Ana")
        steps.wait_until_inside(ana)
        ana.wait_for_text("lobby")
        self.picture(ana, "room")

    def picture_of_trust(self, app):
        app.find("button", "The Words Match")
        app.find("button", "Connect Without Checking")
        self.picture(app, "trust")

    def test_an_address_where_nobody_listens_is_said_in_place(self):
        ana = self.open_app("ana")
        steps.enter_address(ana, "127.0.0.1", closed_port())
        ana.wait_for_text("no chat server runs")
        self.picture(ana, "error")
        steps.fill_address(ana, self.server.host, self.server.port)
        ana.find("button", "The Words Match")

    def test_a_server_that_was_never_trusted_is_not_remembered(self):
        ana = self.open_app("ana")
        steps.enter_address(ana, self.server.host, self.server.port)
        ana.find("button", "The Words Match")
        self.assertEqual(ana.close_window(), 0)
        again = self.open_app("ana")
        again.find("button", "Enter Address…")
        self.assertEqual(again.find_all("list", "Your Servers"), [])

    def test_a_link_from_elsewhere_is_looked_at_first(self):
        ana = self.open_app("ana", ["--from-link", self.server.link])
        port = ana.find("entry", "Port")
        until(lambda: port.text == str(self.server.port), "the link to be taken apart")
        ana.press("Connect")
        steps.join_as(ana, "Ana")
        steps.wait_until_inside(ana)

    def test_an_invitation_is_pasted_whole(self):
        ana = self.open_app("ana")
        ana.press("Open Invitation…")
        ana.set_text("Invitation Link", "https://example.org")
        ana.press("Connect")
        ana.wait_for_text("not the link of a chat server")
        ana.set_text("Invitation Link", self.server.link + "#invite=ABCD-EFGH")
        self.picture(ana, "dialog")
        ana.press("Connect")
        # The link vouches for the key; its code is for a name of one's own, which is unfolded.
        code = ana.find("entry", "Invitation Code (If You Have One)")
        self.assertEqual(code.text, "ABCD-EFGH")
        self.picture(ana, "you")

    def test_a_server_is_trusted_once_and_the_archive_shows_at_once(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        steps.say(ana, "Remember this")
        steps.sees(ana, "Remember this")
        self.assertEqual(ana.close_window(), 0)
        self.server.kill()

        again = self.open_app("ana")
        steps.sees(again, "Remember this")
        self.server.start()
        steps.wait_until_online(again)
        self.assertEqual(again.find_all("button", "The Words Match"), [])
        steps.say(again, "And this")
        until(lambda: steps.count(again, "And this") == 1, "the second message")
        self.assertEqual(steps.count(again, "Remember this"), 1)

    def test_a_changed_key_is_refused_until_the_person_says_otherwise(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        old_words = self.server.words
        self.server.stop()
        self.server.start(data="another-server")
        self.assertNotEqual(self.server.words, old_words)

        ana.find("button", steps.REFUSE, seconds=60)
        self.assert_both_words_are_shown(ana, old_words)
        self.picture(ana, "dialog")
        self.assert_a_third_key_takes_the_place_of_the_second(ana, old_words)
        ana.press(steps.REFUSE)
        ana.wait_until_gone("button", steps.REFUSE)
        self.assertNotIn("has joined", self.raw_guest("witness").heard)

    def test_an_older_invitation_leads_in_once_the_new_key_is_trusted(self):
        ana = self.open_app("ana")
        ana.press("Open Invitation…")
        old_link = re.sub(r"(spki=sha256-).{8}", r"\1AAAAAAAA", self.server.link)
        self.assertNotEqual(old_link, self.server.link)
        ana.set_text("Invitation Link", old_link)
        ana.press("Connect")
        ana.press(steps.REFUSE)
        ana.wait_until_gone("button", steps.REFUSE)
        ana.wait_for_text("another key than the trusted one")
        ana.press("Connect")
        ana.press("Trust the New Key")
        steps.join_as(ana, "Ana")
        steps.wait_until_inside(ana)

    def assert_a_third_key_takes_the_place_of_the_second(self, app, old_words):
        self.server.stop()
        self.server.start(data="a-third-server")
        # Following a link asks the server once more, though a dialog stands there already.
        self.assertEqual(app.start_again("--from-link", self.server.link.partition("#")[0]), 0)
        self.assert_both_words_are_shown(app, old_words)
        self.assertEqual(len(app.find_all("button", steps.REFUSE)), 1)

    def assert_both_words_are_shown(self, app, old_words):
        for words in (old_words, self.server.words):
            for word in words.split():
                app.find(None, re.compile(rf"\b{word}\b"))


def closed_port():
    """A port of this machine where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
