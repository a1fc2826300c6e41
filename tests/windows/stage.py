"""What a picture of the gallery needs around it: a server with a past, people who talk, and the application that is looked at."""

import socket
import sqlite3
import subprocess
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import steps
from driver import App, IrcGuest, RawGuest, Server, Words, until

CAPABILITIES = "message-tags echo-message server-time draft/message-redaction"
DAY_MS = 24 * 60 * 60 * 1000
# How far a menu may reach beyond a narrow window.
REACH = 240
# What the toolkit draws around a window where no compositor makes shadows.
BORDERS = 10
SIZES = {"wide": (960, 680), "narrow": (360 + BORDERS, 640)}
# A phone that lies on its side, or whose keyboard is open: the smallest window in which everything has to work.
LOW = 294 + BORDERS
NAMES = {"english": "Nour", "arabic": "نور"}
PASSWORD = "tulips-tulips"

YESTERDAY = [
    ("Zoë", "The new kettle is in the kitchen, next to the window."),
    ("Zoë", "Please fill it again after your tea."),
    ("بدر", "شكراً يا زوي، وصلت في وقتها"),
    ("Zoë", "Does anybody know where the long table went?"),
]
CODE = "Run `make check` first, then:\n```sh\ncargo build --release\n./majlis --help  # shows what else there is\n```"
LONG = "\n".join(f"{number}. What we have to bring along, and who brings it" for number in range(1, 31))


@dataclass(frozen=True)
class Look:
    """How the windows of one set of pictures look."""

    scheme: str = "light"
    width: str = "wide"
    language: str = "english"
    special: str = ""

    @property
    def name(self):
        return "-".join(filter(None, (self.special, self.scheme, self.width, self.language)))

    @property
    def is_folded(self):
        """Whether there is room for one pane only."""
        return self.width == "narrow" or self.special == "large"

    @property
    def environment(self):
        locale = "ar_EG" if self.language == "arabic" else "en_US"
        return {
            "LC_ALL": f"{locale}.UTF-8",
            "ADW_DEBUG_COLOR_SCHEME": f"prefer-{self.scheme}",
            "ADW_DEBUG_HIGH_CONTRAST": "1" if self.special == "contrast" else "0",
        }


@dataclass
class Stage:
    """One look; use it in a `with`, which ends everybody."""

    look: Look
    programs: object
    folder: object
    pictures: object
    app: App = None
    server: Server = None
    people: dict = field(default_factory=dict)
    _ends: ExitStack = field(default_factory=ExitStack)

    def __enter__(self):
        self.server = Server(self.programs, self.folder / "server")
        self._ends.callback(self.server.stop)
        return self

    def __exit__(self, *_):
        self._ends.close()

    @property
    def name(self):
        """What the person in front of the window is called."""
        return NAMES[self.look.language]

    def open_app(self, folder="app", network=None, **environment):
        is_arabic = self.look.language == "arabic"
        self.app = App(
            self.programs,
            self.folder / folder,
            environment=self.look.environment | environment,
            network=network,
            words=Words("ar" if is_arabic else None),
            text_scale=2 if self.look.special == "large" else 1,
        )
        self._ends.callback(self.app.stop)
        self.app.place(REACH, REACH, *SIZES[self.look.width])

    @contextmanager
    def second_app(self, folder, network=None, **environment):
        """Within it, pictures are of the window of somebody else, who leaves after it."""
        first = self.app
        self.open_app(folder, network, **environment)
        try:
            yield self.app
        finally:
            self.app.stop()
            self.app = first

    def take_low(self, name):
        """The same as `take`, and in a narrow look again as low as a window gets; for letters of twice the size that is no size."""
        self.take(name)
        if self.look.width == "narrow" and self.look.special != "large":
            self.app.place(REACH, REACH, SIZES["narrow"][0], LOW)
            self.take(f"{name}-low", fits=False)
            size = self.app.size()
            self.app.place(REACH, REACH, *SIZES["narrow"])
            assert size == (SIZES["narrow"][0], LOW), f"the low window grew to {size} pixels"

    def take_end(self, name):
        """Saves a picture of how a dialog ends that is longer than the window is high."""
        x, y, width, height = self.app.find("dialog").extents()
        # Over what a row is called: what stands at its end may turn with the wheel itself.
        share = 0.45 if self.look.language == "english" else 0.55
        self.app.scroll_down(x + int(width * share), y + height // 2)
        self.app.rest_pointer()
        self.take(f"{name}-end")

    def take(self, name, fits=True, around=0):
        """Saves a picture of the window as it is now, and of what is `around` it; one that had to grow for what is in it is wrong."""
        path = self.pictures / self.look.name / f"{name}.png"
        before = None
        # What was asked for may not be drawn yet, and what turns or blinks never stands still.
        for _ in range(5):
            drawn = pixels(self.app.screenshot(path, around))
            if drawn == before:
                break
            before = drawn
        width = self.app.size()[0]
        assert not fits or width == SIZES[self.look.width][0], f"the window grew to {width} pixels"

    # --- The people ---

    def bring(self, name, room="#lobby"):
        """Somebody with another program, in the lobby and in this room."""
        person = IrcGuest(self.server, name, CAPABILITIES)
        self._ends.callback(person.stop)
        self.people[name] = person
        if room != "#lobby":
            person.send(f"JOIN {room}")
            person.wait_for(f" 366 {name} {room} ")
        return person

    def keep_people(self):
        """Has everybody say that they are still there, of whom nothing was heard for a while."""
        for person in self.people.values():
            person.send("PING :here")

    def say(self, name, text, room="#lobby", tags=""):
        """Has one of them say something; returns its identifier."""
        person = self.people[name]
        person.send(f"{tags}PRIVMSG {room} :{text}")
        return person.msgid_of(text)

    def talk_of_yesterday(self):
        """What was said before today: said now, then moved back in the server's own file."""
        for name, text in YESTERDAY:
            if name not in self.people:
                self.bring(name)
            self.say(name, text)
        self.restart_server()

    def restart_server(self):
        """Stops it, moves all that was said back by a day, and starts it; the people have to come anew."""
        for person in self.people.values():
            person.stop()
        self.people.clear()
        self.server.stop()
        with sqlite3.connect(self.server.folder / "data" / "majlis.db") as file:
            file.execute("UPDATE message SET time = time - ?", (DAY_MS,))
        file.close()
        self.server.start()

    def come_and_go(self):
        """Some who only pass by: their lines are folded together."""
        for name in ("carol", "dan", "eve", "سلمى"):
            guest = RawGuest(self.server, name)
            self._ends.callback(guest.stop)
            if name in ("dan", "eve"):
                guest.leave()

    def talk_of_today(self):
        """Everything that a conversation can have in it, with the person in front of the window."""
        for name in ("Zoë", "بدر", "Omar"):
            self.bring(name)
        self.come_and_go()
        garden = self.say("Zoë", "Good morning! Shall we meet in the garden at noon, all of us together?")
        self.say("بدر", "نعم، إن شاء الله، وسأحضر القهوة معي", tags=f"@+reply={garden} ")
        for name, sign in (("Omar", "👍"), ("بدر", "👍"), ("Zoë", "🌻"), ("Omar", "☕")):
            self.people[name].send(f"@+reply={garden};+draft/react={sign} TAGMSG #lobby")
        self.say("Zoë", f"{self.name}: can you bring the long table? It is behind the door.")
        steps.say(self.app, "Of course, and the chairs.")
        self.say("Omar", "Wrong room, sorry")
        self.delete("Omar", "Wrong room, sorry")
        steps.say(self.app, CODE)
        self.people["بدر"].send("PRIVMSG #lobby :\x01ACTION يلوّح بيده من بعيد\x01")
        self.say("Omar", "The guidelines: https://developer.gnome.org/hig/guidelines/adaptive.html#a-long-place-on-the-page")
        self.say("Zoë", "😀")
        self.say("Zoë", "مرحباً and welcome, يا أصدقاء!")
        steps.sees(self.app, "مرحباً and welcome, يا أصدقاء!")

    def delete(self, name, text):
        msgid = self.people[name].msgid_of(text)
        self.people[name].send(f"REDACT #lobby {msgid} :not for here")
        self.app.wait_for_text("not for here")

    # --- The window ---

    def settle(self):
        """Leaves whatever is over the conversation, for sure: a popover that stays open would be in every later picture."""
        composer = steps.COMPOSER
        self.app.rest_pointer()

        def is_bare():
            entries = self.app.find_all("entry", composer)
            return entries and entries[0].is_focused and not self.app.find_all("dialog")

        for _ in range(6):
            if is_bare():
                return
            self.app.type_keys("Escape")
            try:
                until(is_bare, "nothing to be over the conversation", seconds=1.5)
            except AssertionError:
                continue
        assert is_bare(), "something stays over the conversation"

    def choose(self, down):
        """Chooses from the menu that is open, by its place: what is underlined is another letter in each language."""
        self.app.find("menu item")
        self.app.type_keys(*["Down"] * down, "Return")
        until(lambda: not self.app.find_all("menu item"), "the menu to close")

    def open_menu_button(self, name):
        """Opens a menu by its button: the one within the menu button is the one that acts."""
        self.app.raise_window()
        self.app.find("button", name)
        self.app.find_all("button", name)[-1].press()
        self.app.find("menu item")

    def enter(self, text, room=None):
        """Enters a command, and waits until its room is shown."""
        steps.enter(self.app, text)
        if room:
            self.app.find("label", room)


def pixels(picture):
    """What is in a picture, apart from when it was made."""
    return subprocess.run(["convert", picture, "rgb:-"], capture_output=True, check=True).stdout


def closed_port():
    """A port of this machine where nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]
