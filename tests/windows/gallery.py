#!/usr/bin/env python3
"""Takes a picture of every screen in every look; `./dev screenshots` calls it.

Each look (light or dark, wide or as narrow as a phone, English or Arabic; and in a few, high contrast or letters of twice the
size) gets a folder of pictures. Words pick looks whose name holds all of them. A screen that cannot be shown is said, with a
picture of what there was instead, and the others follow all the same.

The word `metainfo` takes the pictures of software catalogues instead, which lie in `data/screenshots/`.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import product
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import metainfo  # noqa: E402
import steps  # noqa: E402
from driver import Desktop, complete_system  # noqa: E402
from screens import SCREENS  # noqa: E402
from stage import Look, Stage  # noqa: E402

# Windows are drawn by the processor; the smallest machine that runs this has two.
WORKERS = 2

LOOKS = [
    *(Look(*one) for one in product(("light", "dark"), ("wide", "narrow"), ("english", "arabic"))),
    Look("light", "wide", "english", "contrast"),
    Look("dark", "narrow", "arabic", "contrast"),
    Look("light", "wide", "arabic", "large"),
    Look("light", "narrow", "english", "large"),
]


def main():
    arguments = parse_arguments()
    if arguments.look:
        return take_all(next(look for look in LOOKS if look.name == arguments.look), arguments)
    if arguments.words == ["metainfo"]:
        return take_metainfo(arguments.programs)
    looks = [look for look in LOOKS if all(word in look.name.split("-") for word in arguments.words)]
    with tempfile.TemporaryDirectory(prefix="majlis-system-") as folder, ThreadPoolExecutor(WORKERS) as workers:
        complete_system(Path(folder))
        failures = sum(workers.map(run_one, looks))
    print(f"The pictures of {len(looks)} looks are in {arguments.pictures}")
    return 1 if failures or not looks else 0


def take_metainfo(programs):
    with tempfile.TemporaryDirectory(prefix="majlis-gallery-", ignore_cleanup_errors=True) as name:
        with Desktop(Path(name) / "desktop"):
            metainfo.take_all(programs, Path(name))
    print(f"The pictures are in {metainfo.PICTURES}")
    return 0


def run_one(look):
    """A process for each look, since a process has one display."""
    command = [sys.executable, __file__, "--look", look.name, *sys.argv[1:]]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(done.stdout, done.stderr, sep="", end="", flush=True)
    return done.returncode


def take_all(look, arguments):
    """Takes every picture in this look; 1 where one could not be had."""
    shutil.rmtree(arguments.pictures / look.name, ignore_errors=True)
    failed = []
    with tempfile.TemporaryDirectory(prefix="majlis-gallery-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with Desktop(folder / "desktop"), Stage(look, arguments.programs, folder, arguments.pictures) as stage:
            stage.talk_of_yesterday()
            stage.open_app()
            for screen in SCREENS:
                if not takes(stage, screen):
                    failed.append(screen.__name__)
    print(f"{look.name}: {len(SCREENS) - len(failed)} of {len(SCREENS)} parts", *failed)
    return 1 if failed else 0


def takes(stage, screen):
    """Whether the pictures of one part could be taken, and nothing of it stays open."""
    try:
        screen(stage)
        # Before the first conversation there is none to go back to, and the last screen is without one.
        if stage.app.find_all("entry", steps.COMPOSER):
            stage.settle()
        stage.keep_people()
        return True
    except Exception:  # Whatever kept one from being taken, the others are worth having.
        print(f"{stage.look.name}, {screen.__name__}:\n{traceback.format_exc(limit=-3)}")
        stage.app.screenshot(stage.pictures / stage.look.name / f"failed-{screen.__name__}.png")
        with suppress(AssertionError):
            stage.settle()
        return False


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=Path, required=True, help="folder of the built programs")
    parser.add_argument("--pictures", type=Path, required=True, help="folder for the pictures")
    parser.add_argument("--look", help=argparse.SUPPRESS)
    parser.add_argument("words", nargs="*", metavar="WORD")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
