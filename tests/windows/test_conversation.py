"""What one can do with what was said, and how one says it."""

import re

import steps
from driver import until
from scene import WindowTest


class Conversation(WindowTest):
    def test_many_lines_are_one_message(self):
        ana, badr = self.open_app("ana"), self.open_app("badr")
        steps.connect(ana, self.server, "Ana")
        steps.connect(badr, self.server, "Badr")
        carol = self.raw_guest("carol")
        lines = "Shopping:\n  - tea\n  - mint"
        steps.say(ana, lines)
        for app in (ana, badr):
            steps.sees(app, lines)
            self.assertEqual(steps.count(app, lines), 1)
        carol.wait_for("mint")
        self.picture(badr, "lines")

    def test_what_is_not_sent_yet_can_be_corrected(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        steps.say(ana, "before")
        steps.sees(ana, "before")
        self.server.kill()
        steps.wait_until_offline(ana)
        steps.say(ana, "tihs is wrong")
        composer = ana.find("entry", steps.COMPOSER)
        ana.focus(composer)
        ana.type_keys("Up")
        until(lambda: composer.text == "tihs is wrong", "the message to be back in the composer")
        self.assertEqual(steps.count(ana, "tihs is wrong"), 0)
        steps.say(ana, "this is right")
        self.server.start()
        steps.wait_until_online(ana)
        carol = self.raw_guest("carol")
        steps.say(ana, "now")
        carol.wait_for("Ana: now")
        self.assertEqual(steps.count(ana, "this is right"), 1)

    def test_a_reply_shows_what_it_answers_and_leads_there(self):
        ana, badr = self.open_app("ana"), self.open_app("badr")
        steps.connect(ana, self.server, "Ana")
        steps.connect(badr, self.server, "Badr")
        steps.say(ana, "Who wants tea?")
        steps.sees(badr, "Who wants tea?")
        carol = self.raw_guest("carol")
        for number in range(40):
            carol.say(f"chatter {number}")
        steps.sees(badr, "chatter 39")

        steps.choose(badr, "Who wants tea?", "r")
        badr.wait_for_text("Reply to")
        self.picture(badr, "strip")
        badr.type_keys("Escape")
        badr.wait_until_gone("button", "Don’t reply")
        steps.choose(badr, "Who wants tea?", "r")
        steps.say(badr, "I do!")
        quote = ana.find("button", re.compile("In reply to Ana: Who wants tea"))
        self.picture(ana, "reply")
        quote.press()
        row = ana.find("row", re.compile("Who wants tea"))
        until(lambda: row.is_focused, "the answered message to be focused")
        self.picture(ana, "answered")

    def test_reactions_are_put_counted_and_taken_back(self):
        ana, badr = self.open_app("ana"), self.open_app("badr")
        steps.connect(ana, self.server, "Ana")
        steps.connect(badr, self.server, "Badr")
        steps.say(ana, "We have a garden now")
        steps.sees(badr, "We have a garden now")
        steps.choose(badr, "We have a garden now", "a")
        # The toolkit's own chooser, with the caret in its search.
        badr.find("label", "Smileys & People")
        badr.type_text("sunflower")
        badr.find("label", "🌻")
        badr.type_keys("Return")
        chip = ana.find("button", re.compile("🌻 by Badr"))
        chip.press()
        own = badr.find("button", re.compile("🌻 by You, Ana"))
        self.picture(ana, "both")
        own.press()
        ana.find("button", re.compile("🌻 by You$"))

    def test_a_deleted_message_says_so_and_can_be_kept_for_a_moment(self):
        ana, badr = self.open_app("ana"), self.open_app("badr")
        steps.connect(ana, self.server, "Ana")
        steps.connect(badr, self.server, "Badr")
        for text in ("kept after all", "gone for good"):
            steps.say(ana, text)
            steps.sees(badr, text)
        steps.choose(ana, "kept after all", "d")
        ana.press("Undo")
        steps.focus_message(ana, "gone for good")
        ana.type_keys("Delete")
        ana.find("button", "Undo")
        self.picture(ana, "undo")
        for app in (ana, badr):
            app.find("label", re.compile("Deleted by .*Ana"))
            self.assertEqual(steps.count(app, "gone for good"), 0)
            self.assertEqual(steps.count(app, "kept after all"), 1)
        self.picture(badr, "deleted")

    def test_one_sees_who_is_typing(self):
        ana, badr = self.open_app("ana"), self.open_app("badr")
        steps.connect(ana, self.server, "Ana")
        steps.connect(badr, self.server, "Badr")
        steps.write(ana, "let me think")
        badr.find("label", re.compile("Ana.* is typing…"))
        self.picture(badr, "typing")
        ana.type_keys("Return")
        steps.sees(badr, "let me think")
        until(lambda: not badr.find_all("label", re.compile("is typing…")), "nobody to be typing")
