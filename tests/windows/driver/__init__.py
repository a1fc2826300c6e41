"""Drives real Majlis windows on a display of its own, as a person with a screen reader would.

`desktop` owns the display and the accessibility bus, `app` one running application, `tree` what is
seen of it, `server`, `guest` and `shell` the other ends, `network` one of their own (`cable` makes it), `processes` and `wait` what all of
these need.
Nothing in here knows what a test is about.
"""

from .app import App
from .desktop import Desktop
from .guest import IrcGuest, RawGuest
from .network import NoNetwork, PrivateNetwork
from .server import Server
from .shell import Shell
from .wait import TimedOut, until

__all__ = [
    "App", "Desktop", "IrcGuest", "NoNetwork", "PrivateNetwork", "RawGuest", "Server", "Shell", "TimedOut", "until",
]
