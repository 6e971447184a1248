"""Which emoji an icon shows, and what that emoji is called.

Iconify names icons by slugs of emoji names, and the names changed over the
years. `EmojiNames` gathers every spelling that the packages document (current
labels, the sets' own character tables, Unicode character names, shortcodes)
and resolves an icon name to a code point sequence without U+FE0F, or to None.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

TONES = ("light", "medium-light", "medium", "medium-dark", "dark")
FLAG_GROUP = 9

# Sets whose chars.json maps code points to icon names.
SETS_WITH_CHARACTERS = ("noto", "twemoji", "fluent-emoji-flat")

# Earlier files win where two emoji share a shortcode.
SHORTCODE_FILES = ("joypixels", "emojibase", "iamcal", "github", "cldr",
                   "emojibase-legacy")

# Old names that no table in the packages gives.
OLD_NAMES = {
    "a-button": "1F170",
    "ab-button": "1F18E",
    "b-button": "1F171",
    "o-button": "1F17E",
    "blond-haired-person": "1F471",
    "bride-with-veil": "1F470",
    "cat-face-with-tears-of-joy": "1F639",
    "cat-face-with-wry-smile": "1F63C",
    "grinning-cat-face": "1F63A",
    "grinning-cat-face-with-smiling-eyes": "1F638",
    "kissing-cat-face": "1F63D",
    "pouting-cat-face": "1F63E",
    "smiling-cat-face-with-heart-eyes": "1F63B",
    "weary-cat-face": "1F640",
    "exclamation-mark": "2757",
    "heavy-large-circle": "2B55",
    "laptop-computer": "1F4BB",
    "man-in-suit-levitating": "1F574",
    "man-with-chinese-cap": "1F472",
    "up-text-button": "1F199",
    "white-heavy-check-mark": "2705",
    "flag-cocos-islands": "1F1E8-1F1E8",
    "flag-hong-kong-sar-china": "1F1ED-1F1F0",
    "flag-macau-sar-china": "1F1F2-1F1F4",
    "flag-myanmar": "1F1F2-1F1F2",
    "flag-macedonia": "1F1F2-1F1F0",
    "flag-swaziland": "1F1F8-1F1FF",
    "flag-turkey": "1F1F9-1F1F7",
    "flag-black-flag": "1F3F4",
    "flag-chequered-flag": "1F3C1",
    "flag-crossed-flags": "1F38C",
    "flag-rainbow-flag": "1F3F3-200D-1F308",
    "flag-triangular-flag": "1F6A9",
    "flag-white-flag": "1F3F3",
}


@dataclass(frozen=True)
class Emoji:
    """One emoji: its code points, words, and kind."""

    code: str  # Upper-case hexadecimal code points joined by "-", no FE0F.
    label: str
    tags: tuple
    shortcodes: tuple
    base: str  # The code of the emoji without a skin tone.
    group: int  # Emojibase group; -1 for components.

    @property
    def has_tone(self):
        return self.code != self.base

    @property
    def is_flag(self):
        return self.group == FLAG_GROUP


def normalize_code(code):
    return "-".join(p for p in code.upper().split("-") if p != "FE0F")


def slug(text):
    text = text.replace("&", "and").replace("'", "").replace("’", "")
    text = unicodedata.normalize("NFKD", text)
    text = text.encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9*#]+", "-", text).strip("-")


def read_icon_set(modules, name, file):
    path = Path(modules) / "@iconify-json" / name / file
    return json.loads(path.read_text(encoding="utf-8"))


def load_emoji(modules):
    """Returns {code: Emoji} for everything emojibase knows."""
    folder = Path(modules) / "emojibase-data" / "en"
    words = _load_shortcodes(folder)
    emoji = {}
    for row in json.loads((folder / "data.json").read_text(encoding="utf-8")):
        base = normalize_code(row["hexcode"])
        for variant in [row] + row.get("skins", []):
            code = normalize_code(variant["hexcode"])
            emoji[code] = Emoji(
                code=code, label=variant["label"].lower(),
                tags=tuple(t.lower() for t in row.get("tags", ())),
                shortcodes=tuple(words.get(code, ())), base=base,
                group=row.get("group", -1))
    return emoji


def _load_shortcodes(folder):
    words = {}
    for name in SHORTCODE_FILES:
        path = folder / "shortcodes" / f"{name}.json"
        table = json.loads(path.read_text(encoding="utf-8"))
        for code, value in table.items():
            values = [value] if isinstance(value, str) else value
            known = words.setdefault(normalize_code(code), [])
            known.extend(v for v in values if v not in known)
    return words


class EmojiNames:
    """Resolves icon names. Immutable after construction."""

    def __init__(self, modules):
        self.emoji = load_emoji(modules)
        self._exact = {}
        for code, emoji in self.emoji.items():
            self._exact.setdefault(slug(emoji.label), code)
        for name in SETS_WITH_CHARACTERS:
            for code, icon in read_icon_set(modules, name,
                                            "chars.json").items():
                if normalize_code(code) in self.emoji:
                    self._exact.setdefault(icon, normalize_code(code))
        self._exact.update(OLD_NAMES)
        self._add_keycaps()
        self._add_spellings()
        # fxemoji writes names without any separator.
        self._joined = {}
        for name, code in self._exact.items():
            self._joined.setdefault(name.replace("-", ""), code)

    def resolve(self, icon):
        """Returns the code that an icon name stands for, or None."""
        name = re.sub(r"^flag-for-(flag-)?", "flag-", icon)
        code = self._exact.get(name) or self._joined.get(name.replace("-", ""))
        return code or self._resolve_toned(name)

    def _resolve_toned(self, name):
        match = re.fullmatch(
            r"(.+?)-(medium-light|medium-dark|light|medium|dark)"
            r"(?:-skin-tone)?", name)
        if not match or match[1] not in self._exact:
            return None
        modifier = f"1F3F{chr(ord('B') + TONES.index(match[2]))}"
        head, *tail = self._exact[match[1]].split("-")
        code = "-".join([head, modifier] + tail)
        return code if code in self.emoji else None

    def _add_keycaps(self):
        digits = ("zero", "one", "two", "three", "four", "five", "six",
                  "seven", "eight", "nine")
        for value, word in enumerate(digits):
            for name in (f"digit-{word}", f"keycap-{value}"):
                self._exact.setdefault(name, f"003{value}-20E3")
        self._exact.setdefault("pound-symbol", "0023-20E3")

    def _add_spellings(self):
        for code in self.emoji:
            if "-" not in code:
                name = unicodedata.name(chr(int(code, 16)), "")
                self._exact.setdefault(slug(name), code)
        for code, emoji in self.emoji.items():
            for shortcode in emoji.shortcodes:
                self._exact.setdefault(slug(shortcode), code)
