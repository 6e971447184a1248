"""Sentences for an emoji, drawn at random from its label and keywords."""

import re
import unicodedata
from collections import Counter

# Everyday frames. They teach the text tower which words to overlook.
FRAMES = (
    "a photo of {a}", "a picture of {a}", "an image of {a}",
    "an emoji of {a}", "an icon of {a}", "a drawing of {a}",
    "a cartoon of {a}", "clip art of {a}", "a sticker of {a}",
    "a symbol of {a}", "an illustration of {a}", "a sketch of {a}",
    "a small picture of {a}", "a close-up of {a}", "a nice picture of {a}",
    "a photo of the {x}", "the {x}", "{a}", "{a}", "{a}", "{x} emoji",
    "the {x} emoji", "{x} icon", "{x} symbol", "{a} on a plain background",
    "this is {a}", "that is {a}", "here is {a}", "there is {a}",
    "there is {a} in the picture", "it shows {a}", "look, {a}!",
    "can you see {a}?", "we can see {a} here", "i like {x}", "my {x}",
    "one {x}", "some {x}", "just {a}", "{a}.",
)
TONE = re.compile(r"\b(medium-light|medium-dark|light|medium|dark) skin tone")


def with_article(words):
    if words.split(" ")[0] in ("a", "an", "the", "two", "three"):
        return words
    return ("an " if words[0] in "aeiou" else "a ") + words


class CaptionWriter:
    """Writes captions. Holds no state but the words."""

    def __init__(self, emoji):
        bases = {e.base for e in emoji.values()}
        use = Counter(t for b in bases if b in emoji for t in emoji[b].tags)
        self._names = {c: self._collect_names(e) for c, e in emoji.items()}
        self._tags = {c: list(e.tags) for c, e in emoji.items()}
        # A keyword that many emoji share says little about one of them.
        self._weights = {c: [1.0 / use[t] if use[t] else 1.0 for t in e.tags]
                         for c, e in emoji.items()}
        self._specific = {c: [t for t in e.tags if use[t] <= 3]
                          for c, e in emoji.items() if not e.has_tone}
        self._labels = {c: e.label for c, e in emoji.items()}

    def write(self, code, random):
        """Returns one caption; `random` is a random.Random."""
        draw = random.random()
        if draw < 0.30:
            return self._labels[code]
        if draw < 0.75:
            name = random.choice(self._names[code])
            return self._frame(name, random)
        if draw < 0.83 and self._specific.get(code):
            return self._frame(random.choice(self._specific[code]), random)
        return self._name_and_tags(code, random)

    def _name_and_tags(self, code, random):
        name = random.choice(self._names[code])
        if not self._tags[code]:
            return name
        count = random.randint(1, 3)
        tags = list(dict.fromkeys(random.choices(
            self._tags[code], self._weights[code], k=count)))
        if "skin tone" not in name and random.random() < 0.4:
            return " ".join(tags + [name.split(":")[0]])
        joiner = random.choice((", ", " ", " and ", " with "))
        return joiner.join([name] + tags)

    @staticmethod
    def _frame(name, random):
        plain = re.sub(r"[“”():]", "", name)
        frame = random.choice(FRAMES)
        return frame.format(x=plain, a=with_article(plain))

    @staticmethod
    def _collect_names(emoji):
        names = [emoji.label] * 3 + [
            s.replace("_", " ").replace("-", " ") for s in emoji.shortcodes
            if len(s) > 2 and not emoji.has_tone and not emoji.is_flag]
        if "-" not in emoji.code:
            names.append(unicodedata.name(chr(int(emoji.code, 16)),
                                          emoji.label).lower())
        if emoji.label.startswith("flag: "):
            place = emoji.label[len("flag: "):]
            names += [f"flag of {place}", f"the flag of {place}",
                      f"{place} flag"]
        if emoji.has_tone and ": " in emoji.label:
            base, tone = emoji.label.split(": ", 1)
            names += [f"{base} with {tone}", f"{tone} {base}"]
            short = TONE.sub(r"\1-skinned", tone)
            names.append(f"{short} {base}")
        return names
