"""Who is there, what can be done about them, and being away."""

import re

import steps
from driver import IrcGuest, until
from scene import WindowTest


class People(WindowTest):
    def test_a_profile_tells_who_somebody_is_and_leads_to_a_conversation(self):
        ana, carol = self.open_app("ana"), self.raw_guest("carol")
        steps.connect(ana, self.server, "Ana")
        steps.wait_until_online(ana)
        dialog = steps.open_profile(ana, "carol")
        ana.wait_for_text("Guest: anybody may use this name", dialog)
        ana.wait_for_text("lobby", dialog)
        self.picture(ana, "profile")
        ana.press("Message", within=dialog)
        ana.wait_until_gone("dialog", "Profile")
        composer = ana.find("entry", steps.COMPOSER)
        until(lambda: composer.is_focused, "the caret to be in the conversation with carol")
        steps.say(ana, "Just between us")
        carol.wait_for("Just between us")

    def test_two_who_call_themselves_the_same_are_told_apart(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        impostor = IrcGuest(self.server, "mallory", real_name="Ana")
        self.addCleanup(impostor.stop)
        impostor.send("PRIVMSG #lobby :Trust me, I am Ana")
        ana.find("label", "Ana (mallory)", steps.timeline(ana))
        self.picture(ana, "room")
        row = ana.find("row", re.compile("^Ana .mallory"), ana.find("list", steps.PEOPLE))
        self.assertEqual(row.name.count("mallory"), 1)

    def test_whom_one_ignores_is_not_shown_and_is_again_after_that(self):
        ana, carol = self.open_app("ana"), self.raw_guest("carol")
        steps.connect(ana, self.server, "Ana")
        steps.wait_until_online(ana)
        steps.say(ana, "Good morning")
        carol.say("Buy my things")
        steps.sees(ana, "Buy my things")
        steps.open_profile(ana, "carol")
        ana.type_keys("alt+i")
        until(lambda: steps.count(ana, "Buy my things") == 0, "what carol said to go away")
        ana.type_keys("alt+i")
        until(lambda: steps.count(ana, "Buy my things") == 1, "what carol said to come back")

    def test_an_operator_mutes_and_removes_and_can_undo(self):
        ana = self.open_app("ana")
        badr = self.open_app("badr", [self.server.link, "--name", "Badr"], LC_ALL="ar_EG.UTF-8")
        steps.connect(ana, self.server, "Ana")
        steps.enter(ana, "/join #garden")
        ana.wait_for_text("garden", ana.find("list", "Rooms"))
        composer = badr.find("entry", "الرسالة")
        composer.set_text("/join #garden")
        badr.find("button", "أرسل").press()
        ana.wait_for_text("Badr", ana.find("list", steps.PEOPLE))

        steps.open_profile(ana, "Badr")
        self.picture(ana, "operator")
        ana.type_keys("alt+u")
        ana.find(None, re.compile("Badr.? is muted"))
        ana.press("Undo")
        steps.open_profile(ana, "Badr")
        ana.set_text("Reason (Optional)", "Enough for today")
        ana.type_keys("alt+r")
        ana.find(None, re.compile("Badr.? was removed"))
        badr.wait_for_text("Enough for today")
        badr.wait_for_text("لم تعد في هذه الغرفة")
        self.picture(badr, "removed")
        badr.press("ادخل")
        ana.wait_for_text("Badr", ana.find("list", steps.PEOPLE))
        badr.wait_until_gone("button", "ادخل")

    def test_being_away_is_seen_by_others_and_told_to_who_writes(self):
        ana, badr = self.open_app("ana"), self.open_app("badr")
        steps.connect(ana, self.server, "Ana")
        steps.connect(badr, self.server, "Badr")
        steps.choose_from(ana, "Main Menu", "w")
        ana.set_text("Words for Others", "At lunch")
        self.picture(ana, "dialog")
        ana.press("Set Away")
        badr.find("row", re.compile("^Ana Away"), badr.find("list", steps.PEOPLE))
        steps.enter(badr, "/msg Ana Are you there?")
        badr.find(None, re.compile("Ana.? is away: .?At lunch"))
        self.picture(badr, "told")
        steps.choose_from(ana, "Main Menu", "b")
        until(
            lambda: not badr.find_all("row", re.compile("Away")),
            "Ana to be back",
        )
