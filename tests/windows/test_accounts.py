"""Names of one's own: protecting one, coming back with it, and being refused with another's."""

import steps
from driver import Shell, until
from scene import WindowTest

PASSWORD = "tulips-tulips"


class Accounts(WindowTest):
    def test_a_name_is_protected_and_is_ones_own_on_another_device(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana Lima", PASSWORD)
        ana.wait_for_text("is yours now")
        self.picture(ana, "room")
        steps.say(ana, "from the first device")

        tablet = self.open_app("tablet")
        steps.enter_address(tablet, self.server.host, self.server.port)
        steps.trust(tablet, self.server)
        steps.join_as(tablet, "Ana Lima", "roses-roses")
        tablet.wait_for_text("this is not their password")
        self.picture(tablet, "wrong")
        steps.join_as(tablet, "Ana Lima", PASSWORD)
        steps.wait_until_inside(tablet)
        tablet.wait_for_text("You are signed in as")
        steps.say(tablet, "from the second device")
        for app in (ana, tablet):
            for text in ("from the first device", "from the second device"):
                steps.sees(app, text)

        # Without any keyring on this bus: the device's own key is enough from now on.
        self.assertEqual(tablet.close_window(), 0)
        again = self.open_app("tablet")
        steps.wait_until_online(again)
        steps.say(again, "from the second device, later")
        steps.sees(ana, "from the second device, later")
        self.assertEqual(again.find_all("button", "Sign In…"), [])

    def test_who_left_the_password_out_signs_in_from_the_room(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana", PASSWORD)
        tablet = self.open_app("tablet")
        steps.connect(tablet, self.server, "Ana")
        tablet.press("Sign In…")
        dialog = tablet.find("dialog", "Sign In")
        self.assertEqual(tablet.find_all("entry", "Invitation Code (If You Have One)", dialog), [])
        self.picture(tablet, "asked")
        tablet.set_text("Password", PASSWORD)
        tablet.press("Sign In")
        tablet.wait_for_text("You are signed in as")

    def test_the_password_is_changed_and_a_device_forgotten(self):
        ana, tablet = self.open_app("ana"), self.open_app("tablet")
        steps.connect(ana, self.server, "Ana", PASSWORD)
        steps.connect(tablet, self.server, "Ana", PASSWORD)
        steps.open_server_settings(ana)
        ana.press("Your Devices")
        ana.wait_for_text("This Device")
        ana.wait_for_text("Another Device")
        self.picture(ana, "devices")
        ana.press("Forget")
        ana.wait_until_gone(None, "Another Device")
        ana.type_keys("Escape")
        ana.press("Change Password…")
        ana.set_text("Current Password", "roses-roses")
        ana.set_text("New Password", "violets-violets")
        ana.press("Change")
        ana.wait_for_text("That is not your password.")
        self.picture(ana, "wrong")
        ana.set_text("Current Password", PASSWORD)
        ana.press("Change")
        ana.wait_for_text("Your password was changed")
        self.picture(ana, "changed")

        # The other one is out, and comes back with the new password.
        tablet.press("Sign In…")
        tablet.set_text("Password", "violets-violets")
        tablet.press("Sign In")
        steps.wait_until_online(tablet)
        ana.escape_from("switch", "Stay Connected")
        self.assertEqual(ana.close_window(), 0)
        again = self.open_app("ana")
        steps.wait_until_online(again)
        self.assertEqual(again.find_all("button", "Sign In…"), [])

    def test_a_weak_password_is_refused_in_place(self):
        ana = self.open_app("ana")
        steps.enter_address(ana, self.server.host, self.server.port)
        steps.trust(ana, self.server)
        steps.join_as(ana, "Ana", "abc")
        ana.wait_for_text("A password has at least 8 characters here")
        self.picture(ana, "weak")
        steps.join_as(ana, "Ana", PASSWORD)
        steps.wait_until_inside(ana)

    def test_nothing_is_registered_where_nobody_compared_the_words(self):
        ana = self.open_app("ana")
        steps.enter_address(ana, self.server.host, self.server.port)
        ana.press("Connect Without Checking")
        steps.join_as(ana, "Ana", PASSWORD)
        ana.wait_for_text("compare the server’s six words first")
        self.picture(ana, "unchecked")
        ana.press("Protect This Name With a Password", role=None)
        steps.until(lambda: not ana.find_all("entry", "Password"), "the password to be folded away")
        ana.press("Join")
        steps.wait_until_inside(ana)

        # Once they are compared, the name can be protected without coming in anew.
        steps.open_server_settings(ana)
        self.picture(ana, "server")
        ana.press("They Match")
        ana.press("Protect This Name With a Password…")
        ana.set_text("Password", PASSWORD)
        self.picture(ana, "protect")
        ana.press("Protect")
        ana.find("button", "Sign Out")
        self.picture(ana, "signed-in")
        ana.press("Sign Out")
        ana.find("button", "Protect This Name With a Password…")
        ana.wait_for_text("Not connected")

    def test_the_keyring_opens_the_name_for_a_device_that_is_new(self):
        folder = self.folder / "ana"
        folder.mkdir()
        shell = Shell(folder)
        ana = self.open_app("ana", shell=shell)
        steps.connect(ana, self.server, "Ana", PASSWORD)
        until(lambda: shell.passwords() == [PASSWORD], "the keyring to have the password")
        self.assertEqual(ana.close_window(), 0)
        self.lose_device_key("ana")

        again = self.open_app("ana", shell=Shell(folder))
        steps.wait_until_online(again)
        self.assertEqual(again.find_all("button", "Sign In…"), [])
        steps.open_server_settings(again)
        again.press("Sign Out")
        until(lambda: shell.passwords() == [], "the keyring to be rid of the password")

    def test_without_a_keyring_a_new_device_asks_for_the_password_and_says_why(self):
        ana = self.open_app("ana")
        steps.connect(ana, self.server, "Ana", PASSWORD)
        self.assertEqual(ana.close_window(), 0)
        self.lose_device_key("ana")

        again = self.open_app("ana")
        again.press("Sign In…")
        again.wait_for_text("There is no keyring on this computer")
        self.picture(again, "asked")
        again.set_text("Password", "roses-roses")
        again.press("Sign In")
        again.wait_for_text("this is not their password")
        self.picture(again, "wrong")
        again.set_text("Password", PASSWORD)
        again.press("Sign In")
        steps.wait_until_online(again)

    def lose_device_key(self, name):
        """As on another computer to which the rest was copied."""
        for kept in (self.folder / name / "data" / "majlis").glob("device-*.pem"):
            kept.unlink()
