"""Every screen of the application, in an order in which one leads to the next; `gallery.py` takes their pictures."""

import re

import steps
from driver import until
from stage import LONG, PASSWORD, REACH, closed_port


def coming_in(stage):
    app = stage.app
    app.find("button", "Enter Address…")
    stage.take("find")
    app.press("Enter Address…")
    app.find("entry", "Address")
    stage.take("address")
    steps.fill_address(app, "127.0.0.1", closed_port())
    app.find(None, "The connection was refused: no chat server runs there.")
    stage.take("address-refused")
    app.set_text("Port", "none")
    app.press("Connect")
    app.find(None, "The port is a number from 1 to 65535.")
    stage.take("address-port")
    app.escape_from("entry", "Port")
    app.press("Open Invitation…")
    app.set_text("Invitation Link", "https://example.org")
    app.press("Connect")
    app.find("alert")
    stage.take("invitation")
    app.escape_from("entry", "Invitation Link")


def trust_and_name(stage):
    app = stage.app
    steps.enter_address(app, stage.server.host, stage.server.port)
    app.find("button", "The Words Match")
    stage.take("trust")
    steps.trust(app, stage.server)
    app.find("button", "Join")
    stage.take("you")
    steps.join_as(app, stage.name, "abc")
    until(lambda: app.find_all("alert"), "the password to be refused")
    stage.take("you-refused")
    steps.join_as(app, stage.name, PASSWORD)
    steps.wait_until_inside(app)


def room_without_words(stage):
    stage.enter("/join #council", "council")
    stage.settle()
    stage.take("room-empty")
    stage.enter("/join #lobby", "lobby")


def conversation(stage):
    stage.talk_of_today()
    stage.settle()
    stage.take("conversation")
    steps.focus_message(stage.app, "all of us together?")
    stage.take("conversation-earlier")
    stage.app.type_keys("Home")
    stage.take("conversation-first")


def long_message(stage):
    steps.say(stage.app, LONG)
    stage.app.find("button", "Show More")
    stage.take("long-message")


def message_under_the_pointer(stage):
    app = stage.app
    stage.say("Zoë", "This sentence is a good deal longer than the line on which it begins, whatever the width is.")
    row = app.find("label", re.compile("whatever the width is"), steps.timeline(app))
    app.hover(row)
    app.find("button", "More")
    stage.take("message-toolbar")


def message_menu(stage):
    steps.open_menu(stage.app, "whatever the width is")
    stage.app.find("menu item")
    stage.take("message-menu", around=REACH)


def reply(stage):
    steps.open_menu(stage.app, "whatever the width is")
    stage.choose(0)
    stage.people["بدر"].send("@+typing=active TAGMSG #lobby")
    steps.write(stage.app, "Yes, it is a long one: as long as the field in which I write this answer needs to grow")
    stage.take("reply")
    steps.write(stage.app, "")
    stage.app.type_keys("Escape")
    stage.app.wait_until_gone("button", "Don’t reply")


def emoji_chooser(stage):
    stage.app.press("Insert emoji")
    until(lambda: not stage.app.find("entry", steps.COMPOSER).is_focused, "the chooser to open")
    stage.take("emoji-chooser", around=REACH)


def completion(stage):
    for name, typed in (("names", "@"), ("emoji", ":ta"), ("commands", "/")):
        steps.write(stage.app, "")
        stage.app.type_text(typed)
        stage.take(f"completion-{name}", around=REACH)
    steps.write(stage.app, "")


def selection(stage):
    app = stage.app
    steps.open_menu(app, "whatever the width is")
    stage.choose(3)
    app.find("button", "Copy")
    app.type_keys("Up", "space", "Up", "space")
    stage.take("selection")
    stage.settle()


def deleting(stage):
    app = stage.app
    steps.say(app, "This is for nobody")
    steps.focus_message(app, "This is for nobody")
    app.type_keys("Delete")
    app.find("button", "Undo")
    stage.take("undo")


def date(stage):
    stage.open_menu_button("Conversation Menu")
    stage.take("conversation-menu", around=REACH)
    stage.choose(4)
    stage.app.find("button", "Go")
    stage.take("go-to-date")


def search(stage):
    app = stage.app
    for name, action in (("search-room", "win.search-here"), ("search-everywhere", "win.search-everywhere")):
        app.activate(action)
        app.set_text("Search messages", "the")
        app.find("row", None, app.find("list", "Found messages"))
        stage.take(name)
        stage.settle()


def people(stage):
    app = stage.app
    if stage.look.is_folded:
        app.activate("win.toggle-people")
    listed = app.find("list", steps.PEOPLE)
    row = app.find("row", re.compile("^Zoë"), listed)
    stage.take("people")
    app.click(row)
    app.find("dialog", "Profile")
    stage.take("profile")


def rooms_and_people(stage):
    """What the list of rooms says of them: unread, named, muted, pinned."""
    app = stage.app
    stage.enter("/msg Omar Are you coming, too?", "Omar")
    stage.people["Omar"].wait_for("Are you coming")
    stage.enter("/join #council", "council")
    stage.say("Zoë", f"{stage.name}: one more thing")
    stage.say("Zoë", "and another")
    stage.settle()
    if stage.look.is_folded:
        app.type_keys("alt+Left" if stage.look.language == "english" else "alt+Right")
        app.find("entry", "Find or join a room")
    stage.take("rooms")
    app.set_text("Find or join a room", "gard")
    app.find(None, "Nothing Found")
    stage.take("rooms-not-found")
    app.set_text("Find or join a room", "")
    for name, button in (("add-menu", "Add"), ("main-menu", "Main Menu")):
        stage.open_menu_button(button)
        stage.take(name, around=REACH)
        app.type_keys("Escape")
        until(lambda: not app.find_all("menu item"), "the menu to close")
    app.click(app.find("row", re.compile("^council"), app.find("list", "Rooms")))
    app.find("entry", steps.COMPOSER)


def rooms(stage):
    app = stage.app
    for name, action, role, what in (
        ("room-settings", "win.room-settings", "switch", "Moderated"),
        ("create-room", "win.create-room", "entry", "Topic (Optional)"),
        ("join-room", "win.join-room", "entry", "Room Name"),
        ("directory", "win.browse-rooms", "list", "All rooms"),
        ("invite", "win.invite-people", "button", "Copy Link"),
        ("new-message", "win.new-message", "entry", "Search people"),
        ("go-to-room", "win.go-to-room", "dialog", None),
    ):
        app.activate(action)
        app.find(role, what)
        stage.take(name)
        stage.settle()


def operators(stage):
    """What an operator is offered, and what becomes of words that the room does not take."""
    app = stage.app
    stage.bring("dora", "#council")
    stage.people["dora"].send("PRIVMSG #council :Buy my things, all of you!")
    steps.sees(app, "Buy my things, all of you!")
    steps.focus_message(app, "Buy my things, all of you!")
    app.type_keys("Delete")
    app.find("entry", "Reason (Optional)")
    stage.take("delete-message")
    stage.settle()
    stage.enter("/msg dora Please stop that.", "dora")
    stage.bring("judge", "#court")
    stage.people["judge"].send("MODE #court +m")
    stage.people["judge"].send("TOPIC #court :What was said, and what was not")
    stage.enter("/join #court", "court")
    steps.enter(app, "Nobody hears me")
    app.find("button", "Retry")
    stage.take("failed")
    for what in ("+b bad!*@*", "+i", "+v Zoë"):
        stage.people["judge"].send(f"MODE #court {what}")
    stage.people["judge"].send(f"KICK #court {stage.name} :Enough for today")
    app.wait_for_text("Enough for today")
    stage.take("removed")
    stage.enter("/join #court")
    app.wait_for_text("Only people who were invited come in.")
    stage.take("refused")
    stage.enter("/join #lobby", "lobby")


def preferences(stage):
    app = stage.app
    app.activate("app.preferences")
    app.find("switch", "Do Not Disturb")
    stage.take("preferences")
    stage.settle()
    app.activate("win.server-settings")
    app.find("switch", "Stay Connected")
    stage.take("server")
    app.press("Your Devices")
    app.find(None, "This Device")
    stage.take("devices")
    stage.settle()
    app.activate("win.server-settings")
    app.press("Change Password…")
    app.set_text("Current Password", "roses-roses")
    app.set_text("New Password", "violets-violets")
    app.press("Change")
    app.find(None, "That is not your password.")
    stage.take("change-password")


def away(stage):
    stage.app.activate("win.go-away")
    stage.app.find("entry", "Words for Others")
    stage.take("away")


def about_the_program(stage):
    app = stage.app
    app.activate("app.help")
    app.find("list", "Pages")
    stage.take("help")
    app.type_keys("Down", "Return")
    stage.take("help-page")
    stage.settle()
    app.activate("app.about")
    app.find("dialog")
    stage.take("about")
    stage.settle()


def shortcuts(stage):
    """A window of its own, and the only one that takes the keys while it is there."""
    stage.app.activate("app.shortcuts")
    with stage.app.in_other_window():
        stage.take("shortcuts", fits=False)
        stage.app.type_keys("Escape")


def without_a_server(stage):
    app = stage.app
    # Whoever was on the server is gone with it.
    stage.people.clear()
    stage.server.kill()
    app.find("button", steps.TRY_NOW)
    steps.enter(app, "Are you still there?")
    stage.take("offline")


def changed_key(stage):
    app = stage.app
    stage.server.start(data="another-server")
    app.find("button", steps.REFUSE, seconds=60)
    stage.take("changed-key")
    app.press(steps.REFUSE)
    app.wait_until_gone("button", steps.REFUSE)
    app.activate("win.add-server")
    app.find("list", "Your Servers")
    stage.take("your-servers")


SCREENS = [
    coming_in,
    trust_and_name,
    room_without_words,
    conversation,
    message_under_the_pointer,
    message_menu,
    reply,
    completion,
    emoji_chooser,
    selection,
    deleting,
    long_message,
    date,
    search,
    people,
    rooms_and_people,
    rooms,
    preferences,
    away,
    about_the_program,
    operators,
    shortcuts,
    without_a_server,
    changed_key,
]
