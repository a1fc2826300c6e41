"""Drives real Majlis windows on a display of its own, as a person with a screen reader would.

`desktop` owns the display and the accessibility bus, `system` what the machine may lack for it, `app` one running application,
`tree` what is seen of it, `accessibility` how that is asked for, `server`, `odd_server`, `other_server`, `guest` and `shell` the
other ends, `network` one of their own (`cable` makes it), `words` what it says in another language, `processes` and `wait` what
all of these need.
Nothing in here knows what a test is about.
"""

from .app import App
from .desktop import Desktop
from .guest import IrcGuest, RawGuest
from .network import NoNetwork, PrivateNetwork
from .odd_server import OddServer
from .other_server import OtherServer
from .server import Server
from .shell import Shell
from .system import complete_system
from .wait import TimedOut, until
from .words import Words

__all__ = [
    "App", "Desktop", "IrcGuest", "NoNetwork", "OddServer", "OtherServer", "PrivateNetwork", "RawGuest", "Server", "Shell", "TimedOut",
    "Words", "complete_system", "until",
]
