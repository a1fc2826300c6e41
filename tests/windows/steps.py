"""What a person does in the application, in the words that the windows show."""

import re

from driver import until

TIMELINE, PEOPLE, COMPOSER = "Messages", "People", "Message"
REFUSE = "Don’t Connect"
TRY_NOW = "Try Now"


def connect(app, server, name, password=None):
    """From the first page to the lobby."""
    enter_address(app, server.host, server.port)
    trust(app, server)
    join_as(app, name, password)
    wait_until_inside(app)


def enter_address(app, host, port):
    """From the page on which to find a place."""
    app.press("Enter Address…")
    fill_address(app, host, port)


def fill_address(app, host, port):
    """In the dialog that asks for it."""
    app.set_text("Address", host)
    app.set_text("Port", str(port))
    app.press("Connect")


def join_as(app, name, password=None):
    """Says who one is, and goes in; with a password, the name is to be one's own."""
    app.set_text("Name", name)
    if password:
        protect(app, password)
    app.press("Join")


def protect(app, password):
    """Unfolds what protects a name, and fills it in."""
    if not app.find_all("entry", "Password"):
        # By the keyboard, which brings it into sight, too, where letters are large.
        app.focus(app.find("entry", "Name"))
        app.type_keys("Tab", "space")
    app.set_text("Password", password)


def trust(app, server):
    """Compares the six words with what the server printed, as a careful person does."""
    for word in server.words.split():
        app.wait_for_text(word)
    app.press("The Words Match")


def wait_until_inside(app):
    app.find("entry", COMPOSER)


def say(app, text):
    """Types a message and presses Enter."""
    composer = write(app, text)
    app.type_keys("Return")
    until(lambda: composer.text == "", "the composer to be empty again")


def write(app, text):
    """Fills the composer, and has the caret in it."""
    composer = app.set_text(COMPOSER, text)
    app.focus(composer)
    return composer


def timeline(app):
    return app.find("list", TIMELINE)


def sees(app, text):
    """Waits until the timeline shows a message."""
    app.find("label", text, timeline(app))


def count(app, text):
    """How many messages of exactly this text the timeline shows."""
    return len(app.find_all("label", text, timeline(app)))


def wait_until_offline(app):
    """Waits for the banner that says so."""
    app.find("button", TRY_NOW)


def wait_until_online(app):
    """Waits until the server has told who is in the room."""
    people = app.find("list", PEOPLE)
    until(
        lambda: not app.find_all("button", TRY_NOW) and app.find_all("row", None, people),
        "the server to be back",
        seconds=60,
    )


def focus_message(app, text):
    """Moves the keyboard's focus to a message that says this: the newest one that is in sight from the newest, or one near
    the beginning."""
    composer = app.find("entry", COMPOSER)
    app.focus(composer)
    app.type_keys("shift+F6")
    until(lambda: _focused_row(app, timeline(app)), "the focus to be on a message")
    return focus_row(app, text)


def focus_row(app, text):
    """The same, where the focus is on a message already."""
    rows = timeline(app)
    for first, step in (("End", "Up"), ("Home", "Down")):
        app.type_keys(first)
        for _ in range(12):
            row = _focused_row(app, rows)
            if row is not None and text in row.name:
                return row
            app.type_keys(step)
    raise AssertionError(f"no message near either end says {text!r}")


def _focused_row(app, rows):
    return next((row for row in app.find_all("row", None, rows) if row.is_focused), None)


def open_menu(app, text):
    """Opens the menu of a message by the keyboard."""
    focus_message(app, text)
    app.type_keys("Menu")


def choose(app, text, key):
    """Chooses from the menu of a message, by the underlined letter: the toolkit tells no names of a menu's items."""
    open_menu(app, text)
    app.find("menu item")
    app.type_keys(key)
    until(lambda: not app.find_all("menu item"), "the menu to close")


def open_server_settings(app):
    """The settings of the server that is talked to."""
    choose_from(app, "Main Menu", "s")
    app.find("switch", "Stay Connected")


def enter(app, text):
    """Types a command and presses Enter; the composer may be another one afterwards."""
    write(app, text)
    app.type_keys("Return")


def join_room(app, room):
    """Joins a room by its command, and waits until the list has it."""
    enter(app, f"/join #{room}")
    app.wait_for_text(room, app.find("list", "Rooms"))


def open_conversation(app, name):
    """Goes to a room or a person of the list."""
    app.click(app.find("row", re.compile(f"^{re.escape(name)}"), app.find("list", "Rooms")))


def go_to_found(app, text):
    """From the list of what a search found to the message with this text."""
    app.type_keys("Return")
    app.wait_until_gone("dialog", "Search Messages")
    until(
        lambda: any(text in row.name and row.is_focused for row in app.find_all("row", None, timeline(app))),
        "the focus on what was found",
    )


def open_profile(app, name):
    """Chooses somebody among the people of the open room."""
    row = app.find("row", re.compile(f"^{re.escape(name)}"), app.find("list", PEOPLE))
    app.click(row)
    return app.find("dialog", "Profile")


def choose_from(app, menu, key):
    """Opens a menu by its button, and chooses by the underlined letter."""
    # The menu is a window, too: first the application's own is found.
    app.raise_window()
    app.find("button", menu)
    # The button within the menu button is the one that acts.
    app.find_all("button", menu)[-1].press()
    app.find("menu item")
    app.type_keys(key)
    until(lambda: not app.find_all("menu item"), "the menu to close")
