"""Being in the room: talking both ways, seeing who is there, leaving."""

import re

import steps
from scene import WindowTest


class Talk(WindowTest):
    def test_two_people_and_a_bare_socket_hear_each_other(self):
        ana, badr = self.open_app("ana"), self.open_app("badr")
        steps.connect(ana, self.server, "Ana")
        steps.connect(badr, self.server, "بدر")
        carol = self.raw_guest("carol")

        steps.say(ana, "Hello from Ana")
        steps.say(badr, "أهلاً وسهلاً")
        carol.wait_for("Ana: Hello from Ana")
        carol.wait_for("بدر: أهلاً وسهلاً")
        carol.say("Hello from a socket")
        for app in (ana, badr):
            for text in ("Hello from Ana", "أهلاً وسهلاً", "Hello from a socket"):
                steps.sees(app, text)
                self.assertEqual(steps.count(app, text), 1, text)
        self.picture(ana, "ana")
        self.picture(badr, "badr")

    def test_the_people_list_follows_who_is_there(self):
        ana, badr = self.open_app("ana"), self.open_app("badr")
        steps.connect(ana, self.server, "Ana")
        steps.connect(badr, self.server, "Badr")
        carol = self.raw_guest("carol")
        people = ana.find("list", steps.PEOPLE)
        for name in ("Ana", "Badr", "carol"):
            ana.wait_for_text(name, people)

        carol.leave()
        self.assertEqual(badr.close_window(), 0)
        for name in ("Badr", "carol"):
            self.wait_until_absent(ana, people, name)
        ana.wait_for_text("Ana", people)

    @staticmethod
    def wait_until_absent(app, people, name):
        steps.until(
            lambda: not app.find_all(None, re.compile(name), people),
            f"{name} to leave the people list",
        )

    def test_quit_and_shutdown_leave_the_chat(self):
        carol = self.raw_guest("carol")
        for name, command in (("Ana", "/quit"), ("Badr", "/shutdown")):
            app = self.open_app(name)
            steps.connect(app, self.server, name)
            carol.wait_for(f"{name} has joined the chat!")
            steps.write(app, command)
            app.type_keys("Return")
            carol.wait_for(f"{name} has left the chat.")
            app.wait_for_exit()

    def test_shift_enter_starts_a_line_and_the_send_button_sends(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        carol = self.raw_guest("carol")
        composer = steps.write(ana, "first line")
        ana.type_keys("ctrl+End", "shift+Return")
        steps.until(lambda: composer.text == "first line\n", "a second line")
        self.assertEqual(steps.count(ana, "first line"), 0)
        steps.write(ana, "sent by the button")
        ana.press("Send")
        carol.wait_for("Ana: sent by the button")
        steps.sees(ana, "sent by the button")
