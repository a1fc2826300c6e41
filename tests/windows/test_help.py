"""The guide inside the application."""

import re

from scene import WindowTest
from test_appearance import BORDERS, HEIGHT, NARROW


class Help(WindowTest):
    def test_the_guide_is_read_by_the_keyboard_alone(self):
        app = self.open_app("ana")
        app.find("button", "Enter Address…")
        app.type_keys("F1")
        app.find("label", "Coming In")
        headings = [label for label in app.find_all("label", "With an invitation") if label.role_name == "heading"]
        self.assertEqual(len(headings), 1)
        self.picture(app, "first")
        contents = app.find("list", "Pages")
        app.focus(app.find_all("row", None, contents)[0])
        app.type_keys("End", "Return")
        app.wait_for_text("Without a mouse")
        self.picture(app, "last")
        # What is open already is not opened over itself.
        app.type_keys("F1", "Escape")
        app.wait_until_gone("list", "Pages")

    def test_a_link_leads_to_its_page(self):
        app = self.open_app("ana")
        app.find("button", "Enter Address…")
        app.type_keys("F1")
        row = next(row for row in app.find_all("row", None, app.find("list", "Pages")) if says(row, "Does Not Work"))
        app.click(row)
        text = app.wait_for_text("Stop, and ask")
        app.focus(text)
        app.type_keys("Return")
        app.wait_for_text("Whoever stands in between")

    def test_the_guide_is_arabic_where_the_program_is_and_fits_a_phone(self):
        app = self.open_app("arabic", LC_ALL="ar_EG.UTF-8")
        app.place(0, 0, NARROW + BORDERS, HEIGHT)
        app.find("button", "إدخال عنوان…")
        app.type_keys("F1")
        contents = app.find("list", "الصفحات")
        self.assertEqual(app.size()[0], NARROW + BORDERS)
        self.picture(app, "contents")
        app.click(next(row for row in app.find_all("row", None, contents) if says(row, "الغرف")))
        app.wait_for_text("غرفة لك")
        self.assertEqual(app.size()[0], NARROW + BORDERS)
        self.picture(app, "page")


def says(row, words):
    """Whether a row shows this."""
    return bool(row.find_all("label", re.compile(re.escape(words))))
