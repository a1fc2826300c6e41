"""Several servers at once: adding, turning from one to the other, settings, forgetting and taking back."""

import steps
from driver import until
from scene import WindowTest


class Servers(WindowTest):
    def test_two_servers_at_once(self):
        garden = self.open_server("Garden")
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        steps.say(ana, "at home")

        ana.click(ana.find("button", "Home"))
        ana.press("Add Server…")
        ana.find("button", "Enter Address…")
        self.picture(ana, "find")
        steps.connect(ana, garden, "Ana of the Garden")
        steps.say(ana, "in the garden")
        self.assertEqual(steps.count(ana, "at home"), 0)
        self.picture(ana, "garden")

        # What is said where one is not looking is counted there.
        dan = self.raw_guest("Dan")
        dan.say("is anybody home?")
        ana.click(ana.find("button", "Garden"))
        row = ana.find("row", "Home", ana.find("list", "Servers"))
        self.picture(ana, "switcher")
        ana.focus(row)
        ana.type_keys("Return")
        steps.sees(ana, "is anybody home?")
        self.assertEqual(steps.count(ana, "in the garden"), 0)
        steps.say(ana, "here I am")
        dan.wait_for("Ana: here I am")

        garden.kill()
        steps.say(ana, "and still here")
        dan.wait_for("Ana: and still here")
        self.assertEqual(ana.find_all("button", steps.TRY_NOW), [], "the other's trouble is the other's")

    def test_a_server_is_forgotten_and_taken_back(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        steps.say(ana, "before")
        steps.sees(ana, "before")
        steps.open_server_settings(ana)
        ana.press("Forget This Server")
        ana.find("button", "Enter Address…")
        self.picture(ana, "undo")
        ana.press("Undo")
        steps.sees(ana, "before")
        steps.wait_until_online(ana)

        steps.open_server_settings(ana)
        ana.press("Forget This Server")
        ana.find("button", "Enter Address…")
        self.assertEqual(ana.close_window(), 0)
        again = self.open_app("ana")
        again.find("button", "Enter Address…")
        self.assertEqual(again.find_all("list", "Your Servers"), [])

    def test_a_name_is_changed_and_a_connection_put_down(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana")
        carol = self.raw_guest("carol")
        steps.open_server_settings(ana)
        ana.focus(ana.find("entry", "Name"))
        ana.type_keys("ctrl+a")
        ana.type_text("Ana Lima")
        ana.type_keys("Return")
        self.picture(ana, "settings")
        carol.wait_for("Ana is now called Ana_Lima")
        ana.press("Stay Connected", role="switch")
        carol.wait_for("Ana_Lima has left")
        ana.wait_for_text("Not connected")
        ana.type_keys("Escape")

        again_after = self.restart(ana)
        again_after.find("button", steps.TRY_NOW)
        again_after.press(steps.TRY_NOW)
        until(lambda: not again_after.find_all("button", steps.TRY_NOW), "the connection to be back")

    def restart(self, app):
        self.assertEqual(app.close_window(), 0)
        return self.open_app(app.folder.name)
