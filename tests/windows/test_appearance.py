"""The same room on a phone's width, in the dark, and from right to left."""

import re
import subprocess

import steps
from driver import until
from scene import WindowTest

NARROW, HEIGHT = 360, 640
# What the toolkit draws around a window where no compositor makes shadows.
BORDERS = 10


class Appearance(WindowTest):
    def test_everything_works_at_360_pixels(self):
        ana = self.open_app("ana")
        ana.place(0, 0, NARROW + BORDERS, HEIGHT)
        steps.connect(ana, self.server, "Ana")
        self.assertEqual(ana.size()[0], NARROW + BORDERS)
        steps.say(ana, "A sentence that is a good deal longer than a narrow window is wide.")
        steps.sees(ana, "A sentence that is a good deal longer than a narrow window is wide.")
        self.assertEqual(ana.size()[0], NARROW + BORDERS)
        for role, name in (("entry", steps.COMPOSER), ("button", "Send")):
            self.assert_inside(ana, ana.find(role, name))
        self.picture(ana, "room")
        self.assert_escape_leads_back_from_the_people(ana)
        self.assert_a_dialog_begins_in_its_field(ana)
        self.assert_a_profile_begins_with_what_is_done_most(ana)

    def assert_escape_leads_back_from_the_people(self, app):
        app.type_keys("F9")
        app.find("button", "Back to the Conversation")
        app.type_keys("Escape")
        app.wait_until_gone("button", "Back to the Conversation")
        composer = app.find("entry", steps.COMPOSER)
        until(lambda: composer.is_focused, "the caret to be back in the composer")
        app.type_keys("Escape")
        app.find("entry", steps.COMPOSER)

    def assert_a_dialog_begins_in_its_field(self, app):
        for keys, name in (("ctrl+n", "Search people"), ("ctrl+j", "Room Name")):
            app.type_keys(keys)
            field = app.find("entry", name)
            until(lambda f=field: f.is_focused, f"the caret to be in {name!r}")
            app.type_keys("Escape")
            app.wait_until_gone("entry", name)

    def assert_a_profile_begins_with_what_is_done_most(self, app):
        app.type_keys("F9")
        dialog = steps.open_profile(app, "Ana")
        app.wait_for_text("Rooms You Share", dialog)
        button = app.find("button", "Change Name…", dialog)
        until(lambda: button.is_focused, "the focus to be on the button under the name")
        app.escape_from("dialog", "Profile")

    def test_words_that_ask_for_an_answer_fit_at_360_pixels_and_leave_the_composer_free(self):
        self.raw_guest("Ana")
        ana = self.open_app("ana")
        ana.place(0, 0, NARROW + BORDERS, HEIGHT)
        steps.connect(ana, self.server, "Ana")
        words, button = ana.find("label", re.compile("already")), ana.find("button", "Sign In…")
        self.picture(ana, "toast")
        for node in (words, button):
            self.assert_inside(ana, node)
        _, top, _, _ = ana.find("entry", steps.COMPOSER).extents()
        _, y, _, height = words.extents()
        self.assertLessEqual(y + height, top)

    def assert_inside(self, app, node):
        left, _, whole, _ = app.find("window").extents()
        x, _, width, _ = node.extents()
        self.assertGreaterEqual(x, left, node.name)
        self.assertLessEqual(x + width, left + whole, node.name)

    def test_coming_in_at_360_pixels_from_right_to_left(self):
        app = self.open_app("arabic", LC_ALL="ar_EG.UTF-8", ADW_DEBUG_COLOR_SCHEME="prefer-dark")
        app.place(0, 0, NARROW + BORDERS, HEIGHT)
        app.find("button", "إدخال عنوان…")
        self.assert_fits(app, "find")
        app.press("إدخال عنوان…")
        app.set_text("العنوان", self.server.host)
        app.set_text("المنفذ", str(self.server.port))
        self.assert_fits(app, "address")
        app.press("اتصل")
        app.find("button", "الكلمات متطابقة")
        self.assert_fits(app, "trust")
        app.press("الكلمات متطابقة")
        app.set_text("الاسم", "نور الهدى")
        app.press("احمِ هذا الاسم بكلمة مرور", role=None)
        app.set_text("كلمة المرور", "قصيرة")
        app.press("ادخل")
        app.wait_for_text("لا تقل كلمة المرور هنا عن")
        self.assert_fits(app, "you")
        app.set_text("كلمة المرور", "كلمة طويلة جدا")
        app.press("ادخل")
        app.find("entry", "الرسالة")
        self.assert_fits(app, "room")
        app.type_keys("ctrl+comma")
        app.find("switch", "عدم الإزعاج")
        self.assert_fits(app, "preferences")

    def assert_fits(self, app, name):
        self.assertEqual(app.size()[0], NARROW + BORDERS, name)
        self.picture(app, name)

    def test_dark(self):
        light, dark = self.open_app("light"), self.open_app("dark", ADW_DEBUG_COLOR_SCHEME="prefer-dark")
        for app, name in ((light, "Light"), (dark, "Dark")):
            steps.connect(app, self.server, name)
            steps.say(app, f"{name} as it is")
        self.assertGreater(brightness(self.picture(light, "light")), 0.7)
        self.assertLess(brightness(self.picture(dark, "dark")), 0.35)

    def test_arabic_is_laid_out_from_right_to_left(self):
        arabic = self.open_app("arabic", [self.server.link, "--name", "نور"], LC_ALL="ar_EG.UTF-8")
        composer, send = arabic.find("entry", "الرسالة"), arabic.find("button", "أرسل")
        self.assertLess(send.extents()[0], composer.extents()[0])
        composer.set_text("السلام عليكم")
        send.press()
        arabic.find("label", "السلام عليكم", arabic.find("list", "الرسائل"))
        arabic.find("list", "الناس")
        self.picture(arabic, "room")


def brightness(picture):
    """How bright a picture is on the whole, 0 to 1."""
    done = subprocess.run(
        ["convert", picture, "-colorspace", "gray", "-format", "%[fx:mean]", "info:"],
        capture_output=True, text=True, check=True,
    )
    return float(done.stdout)
