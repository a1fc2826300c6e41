"""What a system may lack that runs the tests: both languages, and a cache of its fonts that holds."""

import os
import subprocess
from pathlib import Path

# Both languages that Majlis ships in; made here, because few systems have the second.
LOCALES = ["en_US.UTF-8", "ar_EG.UTF-8"]
# A cache goes by the times of folders; those of a root that was unpacked are others. Without one each application reads
# every font when it starts.
FONTS = """<fontconfig>
  <cachedir>{cache}</cachedir>
  <include>/etc/fonts/fonts.conf</include>
</fontconfig>
"""


def complete_system(folder):
    """Makes what is missing, for this process and all that it starts; does nothing where the process that started it has."""
    if not _has_locales():
        _make_locales(folder / "locales")
    if "FONTCONFIG_FILE" not in os.environ:
        settings = folder / "fonts.conf"
        settings.write_text(FONTS.format(cache=folder / "fonts"))
        os.environ["FONTCONFIG_FILE"] = str(settings)


def _has_locales():
    folder = os.environ.get("LOCPATH")
    return folder is not None and all((Path(folder) / locale).is_dir() for locale in LOCALES)


def _make_locales(folder):
    folder.mkdir()
    making = []
    for locale in LOCALES:
        language, _, charset = locale.partition(".")
        making.append(subprocess.Popen(["localedef", "-i", language, "-f", charset, folder / locale]))
    assert all([process.wait() == 0 for process in making]), "localedef failed"
    os.environ["LOCPATH"] = str(folder)
