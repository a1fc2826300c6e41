"""The pictures that software catalogues show of Majlis; `./dev screenshots metainfo` takes them into `data/screenshots/`.

As Flathub wants them: the window alone, light, with its round corners and its shadow on nothing. No compositor draws those
here, so both are added to what the toolkit draws without one.
"""

import re
import sqlite3
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import steps
from driver import App, IrcGuest, PrivateNetwork, Server, Words
from driver.processes import Process
from stage import BORDERS, CAPABILITIES

PICTURES = Path(__file__).parents[2] / "data" / "screenshots"
# The window's size without what the toolkit draws around it where no compositor makes shadows.
WIDE, PHONE = (960, 720), (360, 720)
# The corners and the shadow of a window in libadwaita, near enough.
RADIUS = 15
SHADOWS = ("14x1+0+0", "20x8+0+2", "16x18+0+6")

ME = {"en": "Nour Haddad", "ar": "نور حداد"}
PEOPLE = {
    "Zoë": "Zoë Laurent",
    "Tomás": "Tomás Ferreira",
    "هبة": "هبة سليم",
    "Σοφία": "Σοφία Παππά",
    "李雷": "李雷",
    "Иван": "Иван Петров",
}
ASKED = "Shall we eat in the garden tonight? The weather will hold, and there is enough for everybody."
ASKED_AR = "هل نتعشى في الحديقة الليلة؟ الجو جميل، والطعام يكفي الجميع."
TALK = {
    "en": [
        ("Zoë", "Good morning, everybody!"),
        ("هبة", "صباح الخير! القهوة جاهزة في المطبخ"),
        ("李雷", "早上好"),
        ("Tomás", "The printer upstairs works again. The new one is at http://printer.lan/setup"),
        ("Tomás", "Its driver comes with `sudo apt install printer-driver-all`."),
        ("Σοφία", "Ευχαριστώ!"),
        ("Zoë", ASKED),
    ],
    "ar": [
        ("هبة", "صباح الخير! القهوة جاهزة في المطبخ"),
        ("Zoë", "Good morning, everybody!"),
        ("李雷", "早上好"),
        ("Tomás", "الطابعة في الطابق العلوي تعمل من جديد: http://printer.lan/setup"),
        ("Tomás", "وبرنامجها يأتي بالأمر `sudo apt install printer-driver-all`."),
        ("Σοφία", "شكرًا جزيلًا!"),
        ("هبة", ASKED_AR),
    ],
}
ANSWERS = {
    "en": ("هبة", ASKED, "Yes, please! I bring the cherries.", "Lovely. I will bring the long table."),
    "ar": ("Zoë", ASKED_AR, "نعم، من فضلكم! سأحضر الكرز.", "رائع. سأحضر أنا الطاولة الطويلة."),
}
# Somebody with a bare socket, on the network that the server is on.
GUEST = """
import signal, socket, sys
host, port, name = sys.argv[1:]
guest = socket.create_connection((host, int(port)))
while b"press enter" not in guest.recv(4096):
    pass
guest.sendall(f"{name}\\n".encode())
signal.pause()
"""
# Before the last things were said, so that not everything seems to be said in one minute.
MINUTES_MS = 4 * 60 * 1000


def take_all(programs, folder):
    """Takes them all, each in the window that it is of."""
    for name, picture in (("english", take_english), ("arabic", take_arabic), ("welcome", take_welcome)):
        with ExitStack() as ends:
            part = folder / name
            part.mkdir()
            picture(ends, programs, part)


def take_english(ends, programs, folder):
    app = House(ends, programs, folder, "en").app
    save(app, "room")
    app.activate("win.search-everywhere")
    app.set_text("Search messages", "printer")
    app.find("row", None, app.find("list", "Found messages"))
    save(app, "search")
    app.escape_from("dialog", "Search Messages")
    app.click(app.find("row", re.compile("^Zoë Laurent"), app.find("list", steps.PEOPLE)))
    app.find("dialog", "Profile")
    save(app, "people")
    app.escape_from("dialog", "Profile")
    resize(app, PHONE)
    app.focus(app.find("entry", steps.COMPOSER))
    save(app, "phone")


def take_arabic(ends, programs, folder):
    save(House(ends, programs, folder, "ar").app, "room-ar")


def take_welcome(ends, programs, folder):
    """The first page, with servers that the network tells of."""
    network = PrivateNetwork(folder)
    ends.callback(network.stop)
    for number, (name, people) in enumerate((("Garden House", ["Zoë", "李雷", "هبة"]), ("Reading Room", ["Иван"]))):
        server = Server(programs, folder / name, name=name, network=network, port=33000 + number)
        ends.callback(server.stop)
        for person in people:
            command = [sys.executable, "-c", GUEST, server.host, str(server.port), person]
            ends.callback(Process(network.inside(command), folder / "guests.log").stop)
    app = App(programs, folder / "app", environment={"MAJLIS_DISCOVERY": "on"}, network=network)
    ends.callback(app.stop)
    resize(app, WIDE)
    # It is told every half minute.
    app.find("label", "3 people", seconds=60)
    app.find("label", "1 person", seconds=60)
    save(app, "welcome")


class House:
    """A server where people talk, and the window of one of them."""

    def __init__(self, ends, programs, folder, language):
        self._ends = ends
        self.language = language
        self.server = Server(programs, folder / "server", name="Garden House")
        ends.callback(self.server.stop)
        self.people = {nick: self._bring(nick, name) for nick, name in PEOPLE.items()}
        self._talk()
        self._spread_over_the_morning()
        is_arabic = language == "ar"
        environment = {"LC_ALL": "ar_EG.UTF-8"} if is_arabic else {}
        self.app = App(programs, folder / "app", environment=environment, words=Words("ar" if is_arabic else None))
        ends.callback(self.app.stop)
        resize(self.app, WIDE)
        steps.connect(self.app, self.server, ME[language])
        self._answer()

    def _bring(self, nick, name):
        person = IrcGuest(self.server, nick, CAPABILITIES, real_name=name)
        self._ends.callback(person.stop)
        return person

    def _talk(self):
        for nick, text in TALK[self.language]:
            self._say(nick, text)

    def _say(self, nick, text, tags=""):
        self.people[nick].send(f"{tags}PRIVMSG #lobby :{text}")
        return self.people[nick].msgid_of(text)

    def _spread_over_the_morning(self):
        with sqlite3.connect(self.server.folder / "data" / "majlis.db", timeout=20) as file:
            last = "(SELECT max(seq) FROM message AS other WHERE other.room = message.room)"
            file.execute(f"UPDATE message SET time = time - ({last} + 1 - seq) * {MINUTES_MS}")
        file.close()

    def _answer(self):
        who, question, answer, mine = ANSWERS[self.language]
        asked = self.people[TALK[self.language][-1][0]].msgid_of(question)
        for nick, sign in (("Tomás", "👍"), ("李雷", "👍"), ("Σοφία", "🌻")):
            self.people[nick].send(f"@+reply={asked};+draft/react={sign} TAGMSG #lobby")
        self._say(who, answer, f"@+reply={asked} ")
        steps.sees(self.app, answer)
        for room, topic in (("kitchen", "What is for dinner"), ("bicycles", "Who has the pump?")):
            steps.enter(self.app, f"/join #{room}")
            self.app.wait_for_text(room, self.app.find("list", "Rooms"))
            steps.enter(self.app, f"/topic {topic}")
        self.people["Zoë"].send(f"PRIVMSG {ME[self.language].replace(' ', '_')} :See you tonight!")
        self.app.wait_for_text("See you tonight!", self.app.find("list", "Rooms"))
        self.people["Иван"].send("AWAY :back in an hour")
        steps.open_conversation(self.app, "lobby")
        steps.say(self.app, mine)
        steps.sees(self.app, mine)


def resize(app, size):
    width, height = size
    app.place(0, 0, width + BORDERS, height + BORDERS)


def save(app, name):
    """A picture of the window as it is shown where there is a compositor."""
    path = PICTURES / f"{name}.png"
    before = None
    # What was asked for may not be drawn yet.
    for _ in range(8):
        app.screenshot(path)
        drawn = subprocess.run(["convert", path, "rgb:-"], capture_output=True, check=True).stdout
        if drawn == before:
            break
        before = drawn
    width, height = (length - BORDERS for length in app.size())
    half = BORDERS // 2
    corners = f"roundrectangle 0,0,{width - 1},{height - 1},{RADIUS},{RADIUS}"
    command = ["convert", path, "-crop", f"{width}x{height}+{half}+{half}", "+repage", "-alpha", "set"]
    command += ["(", "-size", f"{width}x{height}", "xc:none", "-fill", "white", "-draw", corners, ")"]
    command += ["-compose", "DstIn", "-composite", "-compose", "Over"]
    for shadow in SHADOWS:
        command += ["(", "-clone", "0", "-background", "black", "-shadow", shadow, ")"]
    # The window stands over its shadows.
    command += ["-reverse", "-background", "none", "-layers", "merge", "+repage", "-strip", path]
    subprocess.run([str(part) for part in command], check=True)
