"""Living on the desktop: notifications, receiving without a window, one program only, settings that hold."""

import steps
from driver import Shell, until
from scene import WindowTest
from test_appearance import brightness


class Desktop(WindowTest):
    def open_on_desktop(self, allows):
        folder = self.folder / "ana"
        folder.mkdir(parents=True, exist_ok=True)
        shell = Shell(folder, allows)
        return self.open_app("ana", shell=shell), shell

    def test_notifications_lead_to_their_conversation_and_go_when_it_is_read(self):
        ana, shell = self.open_on_desktop(allows=True)
        steps.connect(ana, self.server, "Ana")
        badr = self.open_app("badr")
        steps.connect(badr, self.server, "Badr")
        badr.raise_window()
        steps.say(badr, "nothing for anybody")
        steps.say(badr, "Ana: are you there?")
        until(shell.shown, "a notification")
        self.assertEqual(self.words(shell), [("lobby", "Badr: Ana: are you there?")])

        shell.click_newest()
        # Here, only a person may bring a window before another.
        ana.raise_window()
        composer = ana.find("entry", steps.COMPOSER)
        until(lambda: composer.is_focused, "the caret to be in the conversation")

        # None for what one is looking at; and who looks by themselves needs it no longer.
        count = len(shell.said("notify"))
        self.say_from_behind(badr, ana, "Ana: you see this")
        self.assertEqual(len(shell.said("notify")), count)
        badr.raise_window()
        steps.say(badr, "Ana: and now?")
        until(shell.shown, "another notification")
        ana.raise_window()
        until(lambda: not shell.shown(), "the notification to go, since it was read")

        # Of a chosen room every message is notified; with Do Not Disturb, nothing at all.
        steps.choose_from(ana, "Conversation Menu", "e")
        badr.raise_window()
        steps.say(badr, "for all of you")
        until(lambda: ("lobby", "Badr: for all of you") in self.words(shell), "a notification of the room")
        ana.type_keys("ctrl+comma")
        self.picture(ana, "preferences")
        ana.press("Do Not Disturb", role="switch")
        ana.type_keys("Escape")
        badr.raise_window()
        count = len(shell.said("notify"))
        steps.say(badr, "Ana: quiet please")
        ana.wait_for_text("quiet please")
        self.assertEqual(len(shell.said("notify")), count)

        # What can no longer be read is not to be led to.
        ana.activate("app.do-not-disturb")
        steps.say(badr, "Ana: are you leaving?")
        until(shell.shown, "a last notification")
        ana.activate("win.leave-conversation")
        until(lambda: not shell.shown(), "the notification to go with its room")

    @staticmethod
    def say_from_behind(speaker, looker, text):
        """Has one say something whose window is not the one in front."""
        steps.write(speaker, text)
        looker.raise_window()
        speaker.press("Send")
        steps.sees(looker, text)

    @staticmethod
    def words(shell):
        isolates = str.maketrans("", "", "\u2068\u2069")
        return [(title.translate(isolates), text.translate(isolates)) for title, text in shell.shown().values()]

    def test_who_may_receives_without_a_window(self):
        ana, shell = self.open_on_desktop(allows=True)
        steps.connect(ana, self.server, "Ana")
        self.assertEqual(shell.said("background"), [], "not before it is clear what for")
        steps.say(ana, "hello")
        until(lambda: shell.said("background"), "the desktop to be asked")
        self.assertEqual(shell.said("background")[0]["autostart"], False)
        steps.say(ana, "once more")
        ana.press("Close")
        ana.wait_until_hidden()
        until(lambda: "Connected to 1 server" in shell.said("status"), "the desktop to know")
        carol = self.raw_guest("carol")
        carol.say("Ana, where are you?")
        until(shell.shown, "a notification")
        shell.click_newest()
        until(lambda: ana.window, "the window to come back")
        steps.sees(ana, "Ana, where are you?")
        self.assertEqual(len(shell.said("background")), 1, "asked once")
        self.start_at_login_and_think_better_of_it(ana, shell)
        ana.type_keys("ctrl+q")
        ana.wait_for_exit()
        carol.wait_for("Ana has left")

    def start_at_login_and_think_better_of_it(self, app, shell):
        app.type_keys("ctrl+comma")
        turn(app, "Start at Login")
        until(lambda: shell.said("background")[-1]["autostart"], "the desktop to be asked to start it")
        turn(app, "Keep Receiving When the Window Is Closed")
        until(lambda: not shell.said("background")[-1]["autostart"], "the desktop not to start it any more")
        app.type_keys("Escape")

    def test_who_may_not_leaves_with_the_window(self):
        ana, shell = self.open_on_desktop(allows=False)
        steps.connect(ana, self.server, "Ana")
        steps.say(ana, "hello")
        until(lambda: shell.said("background"), "the desktop to be asked")
        carol = self.raw_guest("carol")
        self.assertEqual(ana.close_window(), 0)
        carol.wait_for("Ana has left")

    def test_one_program_only(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        garden = self.open_server("Garden")
        self.assertEqual(ana.start_again("--from-link", garden.link), 0)
        port = ana.find("entry", "Port")
        until(lambda: port.text == str(garden.port), "the link to arrive in the first program")

    def test_the_style_is_kept(self):
        ana = self.open_app("ana")
        ana.find("button", "Enter Address…")
        ana.type_keys("ctrl+comma")
        style = ana.find(None, "Style")
        ana.focus(style)
        ana.type_keys("space", "Down", "Down", "Return")
        ana.escape_from(None, "Style")
        self.assertEqual(ana.close_window(), 0)
        again = self.open_app("ana")
        again.find("button", "Enter Address…")
        self.assertLess(brightness(self.picture(again, "dark")), 0.4)


def turn(app, name):
    """Turns a switch that may be out of sight, by keyboard."""
    app.focus(app.find("switch", name))
    app.type_keys("space")
