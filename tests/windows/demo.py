#!/usr/bin/env python3
"""Majlis playing its main job by itself: `./dev run` calls it where there is no display.

Two applications and a guest with nothing but a socket talk in one room of a real server. Each must
hear the others; then pictures of both windows are saved.
"""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import steps  # noqa: E402
from driver import App, Desktop, RawGuest, Server  # noqa: E402

CONVERSATION = [
    ("Nour", "Good morning! Can everybody hear me?"),
    ("Zoë", "Loud and clear, from the other end of the house."),
    ("carol", "Me too, and all I have is a terminal."),
    ("Nour", "مرحباً بكم في المجلس"),
    ("Zoë", "Thank you! The room is lovely: https://www.ircv3.net"),
    ("carol", "See you at lunch."),
]


def main():
    arguments = parse_arguments()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="majlis-demo-")))
        stack.enter_context(Desktop(folder))
        try:
            play(stack, arguments, folder)
        except AssertionError as error:
            print(f"The demonstration failed: {error}", file=sys.stderr)
            return 1
    print("Everybody heard everybody.")
    return 0


def play(stack, arguments, folder):
    server = Server(arguments.programs, folder / "server")
    stack.callback(server.stop)
    print(f"A server listens on {server.host}:{server.port}; its words: {server.words}")
    apps = {
        name: enter(stack, arguments.programs, folder / name, server, name, x)
        for x, name in ((0, "Nour"), (960, "Zoë"))
    }
    guest = RawGuest(server, "carol")
    stack.callback(guest.stop)
    print("carol came in with a bare socket")
    for speaker, text in CONVERSATION:
        speak(apps, guest, speaker, text)
        print(f"{speaker}: {text}")
    for name, app in apps.items():
        print(f"{name}'s window: {app.screenshot(arguments.pictures / f'{name}.png')}")


def enter(stack, programs, folder, server, name, x):
    app = App(programs, folder)
    stack.callback(app.stop)
    app.place(x, 0, 940, 700)
    steps.connect(app, server, name)
    print(f"{name} opened a window, compared the six words, and joined")
    return app


def speak(apps, guest, speaker, text):
    """One says something, and it is not over until each of the three has heard it."""
    if speaker in apps:
        steps.say(apps[speaker], text)
    else:
        guest.say(text)
    for app in apps.values():
        steps.sees(app, text)
    guest.wait_for(f"{speaker}: {text}")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=Path, required=True, help="folder of the built programs")
    parser.add_argument("--pictures", type=Path, required=True, help="folder for the pictures")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
