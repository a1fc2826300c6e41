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

    def test_a_misspelt_word_is_underlined(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        composer = ana.find("entry", steps.COMPOSER)
        ana.focus(composer)
        ana.type_text("Where is the teaa pot? ")
        until(lambda: composer.attributes_at(14).get("underline") == "error", "the word to be underlined")
        self.assertNotEqual(composer.attributes_at(2).get("underline"), "error")
        self.picture(ana, "spelling")
        ana.activate("app.preferences")
        ana.click(ana.find("switch", "Check Spelling"))
        ana.type_keys("Escape")
        until(lambda: composer.attributes_at(14).get("underline") != "error", "the line to be gone")

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
        dora = self.irc_guest("dora")
        dora.send("PRIVMSG #lobby :So have we")
        msgid = dora.msgid_of("So have we")
        dora.send(f"@+reply={msgid};+draft/react=🌻 TAGMSG #lobby")
        for app in (ana, badr):
            app.find("button", re.compile("🌻 by .*dora"))
        ana.find("button", re.compile("🌻 by .*dora")).press()
        badr.find("button", re.compile("🌻 by .*dora.*Ana")).press()
        own = badr.find("button", re.compile("🌻 by You.*dora.*Ana"))
        self.picture(ana, "all")
        own.press()
        ana.wait_until_gone("button", re.compile("🌻 by .*Badr"))
        dora.send(f"@+reply={msgid};+draft/unreact=🌻 TAGMSG #lobby")
        ana.find("button", re.compile("🌻 by You$"))
        steps.choose(badr, "So have we", "a")
        # The toolkit's own chooser, where Enter takes the first one that was found.
        badr.find("label", "Smileys & People")
        badr.type_text("grinning face")
        # It fills itself by and by.
        badr.find("label", "😀")
        badr.type_keys("Return")
        ana.find("button", re.compile("😀 by .*Badr"))

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

    def test_code_emoji_and_long_texts_have_their_looks(self):
        ana = self.open_app("ana")
        ana.place(0, 0, 900, 900)
        steps.connect(ana, self.server, "Ana")
        steps.say(ana, "Run `make check` first, then:\n```sh\nmake install\n./majlis --help\n```")
        ana.find("label", re.compile("Run make check first"), steps.timeline(ana))
        steps.say(ana, "😀")
        long = "\n".join(f"line {number}" for number in range(1, 41))
        steps.say(ana, long)
        folded = ana.find("label", re.compile("line 12$"), steps.timeline(ana))
        self.assertNotIn("line 13", folded.text)
        self.picture(ana, "looks")
        ana.press("Show More")
        ana.find("label", re.compile("line 40$"), steps.timeline(ana))
        ana.press("Show Less")
        ana.find("label", re.compile("line 12$"), steps.timeline(ana))

    def test_several_messages_are_copied_with_names_and_times(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        for text in ("one", "two", "three"):
            steps.say(ana, text)
        steps.choose(ana, "one", "s")
        ana.find("label", "1 selected")
        steps.focus_row(ana, "three")
        ana.type_keys("space")
        ana.find("label", "2 selected")
        self.picture(ana, "selecting")
        ana.press("Copy")
        ana.find("label", "Messages copied")
        composer = steps.write(ana, "")
        ana.type_keys("ctrl+v")
        copied = re.compile(r"^\[.+\] Ana: one\n\[.+\] Ana: three$")
        until(lambda: copied.match(composer.text), "the messages to be pasted")
        steps.choose(ana, "two", "s")
        ana.find("label", "1 selected")
        ana.escape_from("label", "1 selected")

    def test_a_day_is_chosen_in_a_calendar(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        steps.say(ana, "the first word of today")
        ana.find("button", "Conversation Menu")
        # The toolkit nests the button that can be pressed in one that cannot.
        ana.find_all("button", "Conversation Menu")[-1].press()
        ana.find("menu item")
        ana.type_keys("g")
        dialog = ana.find("dialog", "Go to Date")
        self.picture(ana, "calendar")
        ana.place(0, 0, 370, 640)
        # Whose picture stands still has its place.
        self.picture(ana, "calendar-narrow")
        left, _, width, _ = dialog.extents()
        x, _, day_width, _ = ana.find("label", "Sat", dialog).extents()
        self.assertLessEqual(x + day_width, left + width, "the last day of a week is cut")
        ana.press("Go")
        first = re.compile("the first word of today")
        until(
            lambda: any(row.is_focused for row in ana.find_all("row", first)),
            "the first message of the day to be focused",
        )

    def test_words_are_completed(self):
        ana, badr = self.open_app("ana"), self.open_app("badr")
        steps.connect(ana, self.server, "Ana")
        steps.connect(badr, self.server, "Badr")
        ana.wait_for_text("Badr", ana.find("list", steps.PEOPLE))
        composer = steps.write(ana, "")
        for typed, keys, becomes in (
            ("@ba", ["Return"], "Badr: "),
            (":tad", ["Tab"], "🎉 "),
            ("ba", ["Tab"], "Badr: "),
            ("/m", ["Down", "Return"], "/msg "),
            ("#lob", ["Tab"], "#lobby "),
            ("@ba", ["Escape"], "@ba"),
        ):
            ana.type_keys("ctrl+a", "BackSpace")
            ana.type_text(typed)
            ana.type_keys(*keys)
            until(lambda: composer.text == becomes, f"{typed!r} to become {becomes!r}, not {composer.text!r}")
        self.picture(ana, "composer")

    def test_one_emoji_chooser_opens_and_closes_however_often_one_replied(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        steps.say(ana, "Who wants tea?")
        for _ in range(2):
            steps.choose(ana, "Who wants tea?", "r")
            ana.find("button", "Don’t reply")
            ana.type_keys("Escape")
            ana.wait_until_gone("button", "Don’t reply")
        composer = ana.find("entry", steps.COMPOSER)
        ana.press("Insert emoji")
        ana.find("label", "Smileys & People")
        self.assertEqual(len(ana.find_all("label", "Smileys & People")), 1)
        ana.escape_from("label", "Smileys & People")
        until(lambda: composer.is_focused, "the caret to be back in the composer")

    def test_everything_said_fits_on_narrow_dark_and_arabic_windows(self):
        narrow, dark = self.open_app("narrow"), self.open_app("dark", ADW_DEBUG_COLOR_SCHEME="prefer-dark")
        narrow.place(0, 0, 370, 640)
        steps.connect(narrow, self.server, "Ana")
        steps.connect(dark, self.server, "Badr")
        arabic = self.open_app("arabic", [self.server.link, "--name", "نور"], LC_ALL="ar_EG.UTF-8")
        arabic.find("entry", "الرسالة")
        dora = self.irc_guest("dora")
        dora.send("PRIVMSG #lobby :Shall we meet in the garden tomorrow, after lunch, all of us together?")
        msgid = dora.msgid_of("Shall we meet")
        dora.send(f"@+reply={msgid} PRIVMSG #lobby :نعم، إن شاء الله")
        for number, sign in enumerate("👍 🎉 🌻 ☕ 🍰 🎈 🌳 🐝 🚲".split()):
            dora.send(f"@+reply={msgid};+draft/react={sign} TAGMSG #lobby")
        dora.send("PRIVMSG #lobby :It is `git pull`, then `make`")
        dora.send("@+typing=active TAGMSG #lobby")
        for app in (narrow, dark, arabic):
            app.find("button", re.compile("🚲"))
            app.find("label", re.compile("git pull"))
        width = narrow.size()[0]
        steps.choose(dark, "It is", "r")
        for app, name in ((narrow, "narrow"), (dark, "dark"), (arabic, "arabic")):
            self.picture(app, name)
        self.assertEqual(narrow.size()[0], width)
