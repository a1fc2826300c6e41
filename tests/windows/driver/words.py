"""The program's words in another language, so that what a person does is told once, in English."""

import ast
import re
from pathlib import Path

CATALOGUES = Path(__file__).parents[3] / "po"
ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)', re.MULTILINE)


class Words:
    """Knows what may stand in the place of English words; what the program does not say stays as it is."""

    def __init__(self, language=None):
        catalogue = (CATALOGUES / f"{language}.po").read_text(encoding="utf-8") if language else ""
        self._words = {}
        for english, other in ENTRY.findall(catalogue):
            self._words.setdefault(_shown(english), set()).add(_shown(other))

    def of(self, english):
        """All that they are called: a button and a heading of one name in English may have two."""
        return self._words.get(english, {english})

    def pattern(self, english):
        """Finds any of these within a longer text."""
        return re.compile("|".join(re.escape(words) for words in self.of(english)))


def _shown(quoted):
    """A text of a catalogue as a screen reader has it: on one line, and without the marks of its underlined letters."""
    return "".join(ast.literal_eval(line) for line in quoted.splitlines()).replace("_", "")
