"""Every screen of the application, in an order in which one leads to the next; `gallery.py` takes their pictures."""

import re
from contextlib import ExitStack

import steps
from driver import NoNetwork, PrivateNetwork, Server, until
from stage import LONG, PASSWORD, REACH, closed_port


def coming_in(stage):
    app = stage.app
    app.find("button", "Enter Address…")
    stage.take_low("find")
    app.press("Enter Address…")
    app.find("entry", "Address")
    stage.take_low("address")
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
    stage.take_low("trust")
    steps.trust(app, stage.server)
    app.find("button", "Join")
    stage.take_low("you")
    steps.join_as(app, stage.name, "abc")
    until(lambda: app.find_all("alert"), "the password to be refused")
    stage.take("you-refused")
    steps.join_as(app, stage.name, PASSWORD)
    steps.wait_until_inside(app)


def room_without_words(stage):
    stage.enter("/join #council", "council")
    stage.settle()
    stage.take_low("room-empty")
    stage.enter("/join #lobby", "lobby")


def conversation(stage):
    stage.talk_of_today()
    stage.settle()
    stage.take_low("conversation")
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
    stage.take_low("reply")
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
    stage.take_low("selection")
    stage.settle()


def deleting(stage):
    app = stage.app
    steps.say(app, "This is for nobody")
    steps.open_menu(app, "This is for nobody")
    app.find("menu item")
    stage.take("message-menu-own", around=REACH)
    stage.settle()
    steps.focus_message(app, "This is for nobody")
    app.type_keys("Delete")
    app.find("button", "Undo")
    stage.take("undo")


def date(stage):
    stage.open_menu_button("Conversation Menu")
    stage.take("conversation-menu", around=REACH)
    stage.choose(4)
    stage.app.find("button", "Go")
    stage.take_low("go-to-date")


def search(stage):
    app = stage.app
    app.activate("win.search-here")
    app.find(None, "Search What Was Said")
    stage.take("search-start")
    app.set_text("Search messages", "bring")
    app.find("row", None, app.find("list", "Found messages"))
    stage.take_low("search-room")
    app.set_text("Search messages", "xyzzy")
    app.find(None, "No Messages Found")
    stage.take("search-nothing")
    stage.settle()
    app.activate("win.search-everywhere")
    app.set_text("Search messages", "the")
    app.find("row", None, app.find("list", "Found messages"))
    stage.take("search-everywhere")


def people(stage):
    app = stage.app
    listed = show_people(stage)
    app.find("row", re.compile("^Zoë"), listed)
    stage.take_low("people")
    app.set_text("Search people", "xyzzy")
    app.find(None, "Nobody Found")
    stage.take("people-not-found")
    app.set_text("Search people", "")
    open_profile(stage, "Zoë")
    stage.take_low("profile")
    stage.settle()
    show_people(stage)
    open_profile(stage, stage.name)
    stage.take("profile-own")


def show_people(stage):
    """The list of who is in the room, which waits to be asked where it would cover the conversation."""
    if stage.look.is_folded:
        stage.app.activate("win.toggle-people")
    return stage.app.find("list", steps.PEOPLE)


def open_profile(stage, name):
    steps.open_profile(stage.app, name)
    # What the server tells comes after the rest.
    stage.app.find(None, "Rooms You Share")


def rooms_and_people(stage):
    """What the list of rooms says of them: unread, named, muted, pinned."""
    app = stage.app
    stage.enter("/msg Omar Are you coming, too?", "Omar")
    stage.people["Omar"].wait_for("Are you coming")
    stage.settle()
    stage.take("private")
    stage.open_menu_button("Conversation Menu")
    stage.take("private-menu", around=REACH)
    stage.settle()
    stage.enter("/join #council", "council")
    stage.say("Zoë", f"{stage.name}: one more thing")
    stage.say("Zoë", "and another")
    stage.settle()
    if stage.look.is_folded:
        app.type_keys("alt+Left" if stage.look.language == "english" else "alt+Right")
        app.find("entry", "Find or join a room")
    stage.take("rooms")
    app.focus(app.find("row", re.compile("^lobby"), app.find("list", "Rooms")))
    app.type_keys("Menu")
    app.find("menu item")
    stage.take("row-menu", around=REACH)
    app.escape_from("menu item", None)
    app.click(app.find("button", "Home"))
    app.find("list", "Servers")
    stage.take("servers", around=REACH)
    app.escape_from("list", "Servers")
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
        stage.take_low(name)
        if name in ("room-settings", "invite"):
            stage.take_end(name)
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
    stage.take_low("delete-message")
    stage.settle()
    show_people(stage)
    open_profile(stage, "dora")
    stage.take("profile-operator")
    stage.take_end("profile-operator")
    stage.settle()
    stage.enter("/msg dora Please stop that.", "dora")
    stage.bring("judge", "#court")
    stage.people["judge"].send("MODE #court +m")
    stage.people["judge"].send("TOPIC #court :What was said, and what was not")
    stage.enter("/join #court", "court")
    steps.enter(app, "Nobody hears me")
    app.find("button", "Retry")
    stage.take("failed")
    for what in ("+b bad!*@*", "+i", f"+o {stage.name}"):
        stage.people["judge"].send(f"MODE #court {what}")
    stage.people["judge"].wait_for("+o")
    app.activate("win.room-settings")
    app.find(None, "Banned and Muted")
    stage.take_end("bans")
    stage.settle()
    stage.people["judge"].send(f"KICK #court {stage.name} :Enough for today")
    app.wait_for_text("Enough for today")
    stage.take("removed")
    stage.enter("/join #court")
    app.wait_for_text("Only people who were invited come in.")
    stage.take("refused")
    stage.people["judge"].send("MODE #court -i+k sesame")
    stage.enter("/join #court")
    app.find("dialog", "Password Needed")
    stage.take_low("room-password")
    stage.settle()
    stage.enter("/join #lobby", "lobby")


def preferences(stage):
    app = stage.app
    app.activate("app.preferences")
    app.find("switch", "Do Not Disturb")
    stage.take_low("preferences")
    stage.take_end("preferences")
    stage.settle()
    app.activate("win.server-settings")
    app.find("switch", "Stay Connected")
    stage.take_low("server")
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
    stage.take_low("change-password")
    stage.app.escape_from("entry", "New Password")
    stage.take_end("server")


def away(stage):
    stage.app.activate("win.go-away")
    stage.app.find("entry", "Words for Others")
    stage.take_low("away")


def about_the_program(stage):
    app = stage.app
    app.activate("app.help")
    app.find("list", "Pages")
    stage.take("help")
    app.type_keys("Down", "Return")
    stage.take_low("help-page")
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


def guest(stage):
    """Somebody without an account: their name is another's, what they are offered, and a window without a conversation."""
    with stage.second_app("guest") as app:
        steps.enter_address(app, stage.server.host, stage.server.port)
        steps.trust(app, stage.server)
        steps.join_as(app, "Zoë")
        steps.wait_until_inside(app)
        app.find("button", "Sign In…")
        stage.take("name-taken")
        app.activate("win.server-settings")
        app.press("Protect This Name With a Password…")
        app.find("entry", "Password")
        stage.take_low("protect-name")
        app.escape_from("entry", "Password")
        stage.take("server-guest")
        app.escape_from("switch", "Stay Connected")
        app.activate("win.leave-conversation")
        if not stage.look.is_folded:
            app.find(None, "No Conversation Open")
        stage.take("nothing-open")


def nearby(stage):
    """What the first page says of the network, where the system allows a network of one's own."""
    folder = stage.folder / "nearby"
    folder.mkdir()
    with ExitStack() as ends:
        try:
            network = PrivateNetwork(folder)
        except NoNetwork as refusal:
            print(f"no pictures of what the network tells: {refusal}")
            return
        ends.callback(network.stop)
        app = ends.enter_context(stage.second_app("finder", network, MAJLIS_DISCOVERY="on"))
        app.find(None, "No servers found yet")
        stage.take_low("find-nothing")
        for port, name in enumerate(("Garden House", "بيت نور", "A place with a name that is rather long, truly"), 33000):
            server = Server(stage.programs, folder / name, name=name, network=network, port=port)
            ends.callback(server.stop)
            app.find("row", re.compile(name))
        stage.take("find-places")


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
    stage.take_low("changed-key")
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
    guest,
    nearby,
    without_a_server,
    changed_key,
]
