"""One running application, with folders and a bus of its own."""

import os
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path

from gi.repository import GLib

from .actions import Actions
from .processes import Process, SessionBus
from .tree import application_with_pid
from .wait import DEFAULT_SECONDS, TimedOut, until
from .words import Words

# A font that every machine which runs this has, so that pictures look the same everywhere, and the buttons of GNOME.
GTK_SETTINGS = """[Settings]
gtk-font-name=Cantarell 11
gtk-enable-animations=false
gtk-decoration-layout=:close
"""
# Text of the usual size, in dots for each inch. On this display the toolkit takes it from the resources, not from its settings.
USUAL_DPI = 96
RESOURCES = "Xft.dpi: {dpi}\n"

# More than any page has things to stop at.
MOST_TABS = 40


class App:
    """Starts the program; what it keeps on disk stays in `folder` when it is started again.

    Where a `shell` is given, it is the desktop that the program finds; where a `network` is, the only one that it sees. In
    another language than English it is driven by English words all the same, with its `words` in between.
    """

    def __init__(
        self, programs, folder, arguments=(), environment=None, shell=None, network=None, words=None, text_scale=1
    ):
        self.folder = Path(folder)
        self.program = Path(programs) / "majlis"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.words = words or Words()
        self._resources = self.folder / "resources"
        self._write_toolkit_settings(text_scale)
        self._bus = SessionBus(self.folder / "bus.log")
        self._actions = Actions(self._bus.address)
        self._shell = shell
        if shell:
            shell.start(self._bus.address)
        command = [self.program, *arguments]
        try:
            self._process = Process(
                network.inside(command) if network else command,
                self.folder / "majlis.log",
                self._environment(environment or {}),
            )
        except OSError:
            self._bus.stop()
            raise
        self._window = self._root = None

    def _write_toolkit_settings(self, text_scale):
        folder = self.folder / "config" / "gtk-4.0"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "settings.ini").write_text(GTK_SETTINGS)
        self._resources.write_text(RESOURCES.format(dpi=USUAL_DPI * text_scale))

    def _environment(self, more):
        own = {
            "DBUS_SESSION_BUS_ADDRESS": self._bus.address,
            "XDG_CONFIG_HOME": self.folder / "config",
            "XDG_DATA_HOME": self.folder / "data",
            "XDG_CACHE_HOME": self.folder / "cache",
            "XDG_STATE_HOME": self.folder / "state",
            "GSETTINGS_BACKEND": "keyfile",
            "GDK_BACKEND": "x11",
            "XENVIRONMENT": self._resources,
            # Drawn by the processor, which need not load what would drive a graphics card.
            "GSK_RENDERER": "cairo",
            "GDK_DISABLE": "gl,vulkan",
            "GTK_A11Y": "atspi",
            # What servers there are on the network is none of a test's business, but for those that are about it.
            "MAJLIS_DISCOVERY": "off",
            "LC_ALL": "en_US.UTF-8",
            "LANGUAGE": "",
            "RUST_BACKTRACE": "0",
            **more,
        }
        return os.environ | {key: str(value) for key, value in own.items()}

    # --- Looking ---

    @property
    def root(self):
        """The application's accessible, with its windows below it."""
        if self._root is None:
            self._root = until(
                lambda: application_with_pid(self._process.pid) or self._fail_if_ended(),
                f"{self.program.name} to appear to screen readers",
            )
        return self._root

    def find_all(self, role=None, name=None, within=None):
        """All that is showing now; what vanishes while one looks is looked for again."""
        try:
            return (within or self.root).find_all(role, self._own_words(name))
        except GLib.Error:
            return []

    def find(self, role=None, name=None, within=None, **options):
        """Waits for a thing to show, and returns the first such one."""
        return until(
            lambda: self._find_first(role, name, within) or self._fail_if_ended(),
            f"{role or 'something'} called {_words(name)}",
            **options,
        )

    def _find_first(self, role, name, within):
        try:
            return next((within or self.root).search(role, self._own_words(name)), None)
        except GLib.Error:
            return None

    def _own_words(self, name):
        """What a name in English is in the program's language; a pattern is for what people say, and stays."""
        return self.words.of(name) if isinstance(name, str) else name

    def wait_for_text(self, text, within=None, **options):
        """Waits until something shows this text, alone or among other words."""
        return self.find(None, self.words.pattern(text), within, **options)

    def wait_until_gone(self, role, name, **options):
        until(
            lambda: not self.find_all(role, name),
            f"{role} called {_words(name)} to go away",
            **options,
        )

    def escape_from(self, role, name):
        """Presses Escape until something is gone: a popover above it that is on its way out may take the first."""
        for seconds in (3, 6, DEFAULT_SECONDS):
            self.type_keys("Escape")
            try:
                return self.wait_until_gone(role, name, seconds=seconds)
            except TimedOut as timed_out:
                last = timed_out
        raise last

    def _fail_if_ended(self):
        if not self._process.is_running():
            # The first words say what happened; what follows is the stack.
            raise AssertionError(f"the application has ended:\n{self._process.log()[:2000]}")

    # --- Doing ---

    def press(self, name, role="button", **options):
        """Waits for a button that can be pressed, and presses it."""
        button = self.find(role, name, **options)
        until(lambda: button.is_sensitive, f"{_words(name)} to be pressable")
        if button.has_actions:
            button.press()
        else:
            self.click(button)

    def click(self, node):
        """Clicks into the middle of a thing with the mouse."""
        self.hover(node)
        _xdotool("click", "1")

    def click_at_start(self, node):
        """Clicks where a text begins, which may be all that there is in a wide label."""
        self.raise_window()
        x, y, _, height = _resting_place(node)
        _xdotool("mousemove", "--window", self.window, x + 12, y + min(height // 2, 12), "click", "1")

    def hover(self, node):
        """Moves the pointer over the middle of a thing."""
        self.raise_window()
        x, y, width, height = _resting_place(node)
        _xdotool("mousemove", "--window", self.window, x + width // 2, y + height // 2)

    def turn_wheel(self, node, notches):
        """Turns the mouse's wheel over a thing, towards the end of what it holds or, with a negative number, back."""
        self.hover(node)
        _xdotool("click", "--repeat", abs(notches), "--delay", "5", "5" if notches > 0 else "4")

    def scroll_down(self, x, y):
        """Turns the mouse's wheel over a place in the window, further than anything is long."""
        self.raise_window()
        _xdotool("mousemove", "--window", self.window, x, y, "click", "--repeat", 40, "--delay", 10, 5)

    def rest_pointer(self):
        """Moves the pointer to where nothing answers to it."""
        _xdotool("mousemove", "--window", self.window, 1, 1)

    def activate(self, action):
        """Does what a menu of the program does, such as `win.browse-rooms`, as a desktop's own menu bar would."""
        self._actions.activate(action)

    def wait_for_answer(self):
        """Waits until the program answers anything at all: what keeps its main loop keeps this, too."""
        self._actions.wait_for_answer()

    def set_text(self, name, text, role="entry", **options):
        """Fills an entry."""
        entry = self.find(role, name, **options)
        entry.set_text(text)
        return entry

    def type_keys(self, *keys):
        """Presses keys on the keyboard, such as `Return` or `ctrl+k`, with this window in front."""
        self.raise_window()
        _xdotool("key", "--clearmodifiers", *keys)

    def type_text(self, text):
        """Types a text on the keyboard, into whatever has the focus."""
        self.raise_window()
        _xdotool("type", "--delay", "20", text)

    def focus(self, node):
        """Moves the keyboard's focus to a thing as the keyboard does, by Tab."""
        self.raise_window()
        # A window in the background holds no focus; coming forward, it remembers where it was.
        for _ in range(MOST_TABS):
            if _becomes(lambda: node.is_focused):
                return
            _xdotool("key", "--clearmodifiers", "Tab")
        raise AssertionError(f"Tab does not reach {node.name!r}")

    # --- The window on the screen ---

    @property
    def window(self):
        """The X window's number."""
        if self._window is None:
            self._window = until(self._find_window, "a window on the screen")
        return self._window

    def _find_windows(self):
        self._fail_if_ended()
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--all", "--pid", str(self._process.pid), "--name", "."],
            capture_output=True, text=True, check=False,
        )
        return found.stdout.split()

    def _find_window(self):
        return next(iter(self._find_windows()), None)

    @contextmanager
    def in_other_window(self):
        """Within it, what is said of the window is said of a second one, once that is there."""
        first = self.window

        def find_other():
            return next((window for window in self._find_windows() if window != first), None)

        self._window = until(find_other, "a second window on the screen")
        try:
            yield
        finally:
            self._window = first

    def raise_window(self):
        _xdotool("windowactivate", "--sync", self.window)

    def place(self, x, y, width=None, height=None):
        """Moves the window, and gives it a size in pixels where one is told."""
        if width:
            _xdotool("windowsize", "--sync", self.window, width, height)
        _xdotool("windowmove", self.window, x, y)

    def size(self):
        """Width and height of the window in pixels."""
        lines = _xdotool("getwindowgeometry", "--shell", self.window).splitlines()
        values = dict(line.split("=") for line in lines)
        return int(values["WIDTH"]), int(values["HEIGHT"])

    def screenshot(self, path, around=0):
        """Saves a picture of the window with what stands over it: menus are windows of their own to the display, and may reach
        beyond it by as many pixels as are to be seen `around` it."""
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self.raise_window()
        lines = _xdotool("getwindowgeometry", "--shell", self.window).splitlines()
        place = dict(line.split("=") for line in lines)
        x, y, width, height = (int(place[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))
        left, top = max(x - around, 0), max(y - around, 0)
        part = f"{x + width + around - left}x{y + height + around - top}+{left}+{top}"
        # Around the window there is nothing but what reaches beyond it.
        trim = ["-trim", "+repage"] if around else []
        subprocess.run(["import", "-window", "root", "-crop", part, "+repage", *trim, str(path)], check=True)
        return path

    # --- The end ---

    def close_window(self, seconds=10):
        """Closes the window by its close button, and returns the program's exit code."""
        self.press("Close")
        return self._process.wait(seconds)

    def start_again(self, *arguments):
        """Starts the program once more on the same desktop, as its icon or a link does; returns its exit code."""
        command = [self.program, *arguments]
        second = Process(command, self.folder / "majlis-again.log", self._environment({}))
        return second.wait(20)

    def wait_until_hidden(self):
        """Waits until the program has no window on the screen; the next one is another."""
        self._window = None
        until(lambda: not self._find_window(), "the window to go away")

    def wait_for_exit(self, seconds=10):
        """Waits for the program to end by itself, and returns its exit code."""
        return self._process.wait(seconds)

    def is_running(self):
        return self._process.is_running()

    def memory(self):
        """How much memory the program has to itself and in use, in bytes."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(re.search(r"^RssAnon:\s+(\d+) kB", status, re.MULTILINE)[1]) * 1024

    def stop(self):
        self._process.stop()
        if self._shell:
            self._shell.stop()
        self._bus.stop()

    def log(self):
        return self._process.log()


def _xdotool(*arguments):
    done = subprocess.run(
        ["xdotool", *(str(argument) for argument in arguments)],
        capture_output=True, text=True, check=True, timeout=20,
    )
    return done.stdout


def _resting_place(node):
    """The rectangle of a thing, once it stays: what came just now, or was among others, may be on its way to its place."""
    places = [None]

    def is_resting():
        places.append(node.extents())
        return places[-1] == places[-2]

    until(is_resting, "what is pointed at to stay where it is")
    return places[-1]


def _becomes(check):
    """Whether something is so now or in a moment."""
    try:
        return until(check, "it", seconds=0.15)
    except TimedOut:
        return False


def _words(name):
    return f"/{name.pattern}/" if isinstance(name, re.Pattern) else repr(name)
