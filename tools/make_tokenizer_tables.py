#!/usr/bin/env python3
"""Writes the data tables of model/tokenizer/ from the packages they come from.

    tools/make_tokenizer_tables.py [OUTPUT_DIR]

Run it with Python 3.11 (Unicode 14), ftfy 6.3.1 and regex installed: those
are what the reference tokenizer runs on, and the tables hold what these very
packages answer for each code point. The result is committed, so a build needs
none of them. Sources and licences: model/tokenizer/data/NOTICE.
"""

import html
import pathlib
import re
import re._constants as sre
import re._parser as sre_parser
import sys
import unicodedata

import ftfy
import regex
from ftfy import badness, chardata

ALL_CODE_POINTS = [
    code for code in range(0x110000) if not 0xD800 <= code <= 0xDFFF
]
ALL_TEXT = "".join(map(chr, ALL_CODE_POINTS))

# Bits of CharacterClass in model/tokenizer/character_classes.h, in order.
CLASS_PATTERNS = [
    ("letter of the word pattern", regex.compile(r"[\p{L}]", regex.I)),
    ("number of the word pattern", regex.compile(r"[\p{N}]", regex.I)),
    ("other of the word pattern", regex.compile(r"[^\s\p{L}\p{N}]", regex.I)),
    ("str.isspace", None),
    ("decimal digit", re.compile(r"\d")),
    ("first of two", chardata.UTF8_CLUES["utf8_first_of_2"]),
    ("first of three", chardata.UTF8_CLUES["utf8_first_of_3"]),
    ("first of four", chardata.UTF8_CLUES["utf8_first_of_4"]),
    ("continuation", chardata.UTF8_CLUES["utf8_continuation"]),
    ("strict continuation", chardata.UTF8_CLUES["utf8_continuation_strict"]),
]


def members(pattern):
    """The code points that a one-character pattern matches."""
    if pattern is None:
        return {code for code in ALL_CODE_POINTS if chr(code).isspace()}
    if isinstance(pattern, str):
        pattern = re.compile(f"[{pattern}]")
    return {ord(match.group()) for match in pattern.finditer(ALL_TEXT)}


def ranges(value_of):
    """(first, last, value) for each run of equal values that are not 0."""
    runs, previous = [], 0
    for code in range(0x110000):
        value = value_of.get(code, 0)
        if value and value == previous:
            runs[-1][1] = code
        elif value:
            runs.append([code, code, value])
        previous = value
    return runs


def fill(items):
    """Items as lines of at most 80 columns, each item followed by a comma."""
    lines = [""]
    for item in items:
        if len(lines[-1]) + len(item) + 2 > 80:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + item + ","
    return "\n".join(lines) + "\n"


def write(path, what, body):
    path.write_text(
        f"// {what}\n// Made by tools/make_tokenizer_tables.py; see NOTICE.\n"
        + body)


def write_ranges(path, what, value_of):
    write(path, what, fill(
        f"{{{first:#x}, {last:#x}, {value:#x}}}"
        for first, last, value in ranges(value_of)))


def write_character_classes(folder):
    value_of = {}
    for bit, (_, pattern) in enumerate(CLASS_PATTERNS):
        for code in members(pattern):
            value_of[code] = value_of.get(code, 0) | 1 << bit
    write_ranges(folder / "character_classes.inc",
                 "First and last code point, bits of CharacterClass.",
                 value_of)


# --- The badness rules -------------------------------------------------------


def element_pattern(node):
    """A compiled pattern for one parsed single-character element."""
    operation, argument = node
    if operation is sre.LITERAL:
        return re.compile(re.escape(chr(argument)))
    if operation is sre.NOT_LITERAL:
        return re.compile(f"[^{re.escape(chr(argument))}]")
    if operation is sre.ANY:
        return re.compile(".")
    assert operation is sre.IN, node
    text = "["
    for kind, value in argument:
        if kind is sre.NEGATE:
            text += "^"
        elif kind is sre.LITERAL:
            text += re.escape(chr(value))
        elif kind is sre.RANGE:
            text += f"{re.escape(chr(value[0]))}-{re.escape(chr(value[1]))}"
        else:
            text += {sre.CATEGORY_SPACE: r"\s", sre.CATEGORY_WORD: r"\w"}[value]
    return re.compile(text + "]")


def expand(nodes):
    """Every way to match a parsed sequence: lists of patterns and anchors."""
    if not nodes:
        return [[]]
    operation, argument = nodes[0]
    tails = expand(nodes[1:])
    if operation is sre.AT:
        assert argument is sre.AT_BEGINNING
        return [["^"] + tail for tail in tails]
    if operation is sre.MAX_REPEAT:
        low, high, inner = argument
        assert (low, high) == (0, 1)
        return tails + [head + tail for head in expand(list(inner))
                        for tail in tails]
    return [[element_pattern(nodes[0])] + tail for tail in tails]


def badness_rules():
    parsed = sre_parser.parse(badness.BADNESS_RE.pattern, re.VERBOSE)
    (operation, (_, branches)), = parsed
    assert operation is sre.BRANCH
    return [rule for branch in branches for rule in expand(list(branch))]


def write_badness(folder):
    """Rules as bit masks: for each place and kind of character, who matches.

    Characters that no rule tells apart share a kind. A rule is one bit; the
    mask of (place, kind) has the bits of the rules whose element at that
    place accepts the kind.
    """
    rules = badness_rules()
    assert len(rules) <= 64, len(rules)
    anchored = [rule[0] == "^" for rule in rules]
    rules = [rule[1:] if rule[0] == "^" else rule for rule in rules]
    places = max(map(len, rules))
    accepted = {code: [0] * places for code in ALL_CODE_POINTS}
    cache = {}
    for bit, rule in enumerate(rules):
        for place, pattern in enumerate(rule):
            if pattern.pattern not in cache:
                cache[pattern.pattern] = members(pattern)
            for code in cache[pattern.pattern]:
                accepted[code][place] |= 1 << bit
    kinds = {}
    kind_of = {}
    kinds[(0,) * places] = 0
    for code in ALL_CODE_POINTS:
        kind_of[code] = kinds.setdefault(tuple(accepted[code]), len(kinds))
    assert len(kinds) <= 256
    write_ranges(folder / "badness_kinds.inc",
                 "First and last code point, kind of character for badness.",
                 kind_of)
    ends = [sum(1 << bit for bit, rule in enumerate(rules)
                if len(rule) == place + 1) for place in range(places)]
    body = f"constexpr int kBadnessPlaces = {places};\n"
    body += f"constexpr int kBadnessKinds = {len(kinds)};\n"
    body += "constexpr uint64_t kAnchoredRules = {:#x};\n".format(
        sum(1 << bit for bit, anchor in enumerate(anchored) if anchor))
    body += "constexpr uint64_t kRulesEndingAt[kBadnessPlaces] = {\n"
    body += fill(f"{end:#x}" for end in ends) + "};\n"
    body += "constexpr uint64_t kRulesAccepting[kBadnessKinds]"
    body += "[kBadnessPlaces] = {\n"
    body += "".join("{" + fill(f"{mask:#x}" for mask in kind).rstrip(",\n") +
                    "},\n" for kind in kinds)
    write(folder / "badness_rules.inc",
          "The rules of badness: one bit a rule.", body + "};\n")


# --- Single-byte encodings ---------------------------------------------------


def write_single_byte_encodings(folder):
    body = ""
    for encoding in chardata.CHARMAP_ENCODINGS:
        text = bytes(range(0x80, 0x100)).decode(encoding)
        assert len(set(text)) == 128 and min(text) >= "\x80", encoding
        assert text.encode(encoding) == bytes(range(0x80, 0x100))
        lossy = bytes([0x1A]).decode(encoding) == "\ufffd"
        assert lossy == encoding.startswith("sloppy"), encoding
        assert not (lossy and "\ufffd" in text)
        ascii_bytes = bytes(c for c in range(0x80) if c != 0x1A)
        assert ascii_bytes.decode(encoding) == ascii_bytes.decode("ascii")
        body += f'{{"{encoding}", {"true" if lossy else "false"}, {{\n'
        body += fill(f"{ord(c):#x}" for c in text) + "}},\n"
    write(folder / "single_byte_encodings.inc",
          "Name, sloppy or not, code points of the bytes 0x80 to 0xff.", body)


# --- Character replacements and HTML entities --------------------------------


def code_points(text):
    assert 1 <= len(text) <= 3, text
    return "{" + ", ".join(f"{ord(c):#x}" for c in text) + "}"


def write_replacements(folder):
    for name, what, table in (
            ("ligatures.inc", "Ligatures and digraphs of Latin letters.",
             chardata.LIGATURES),
            ("character_widths.inc",
             "Full-width and half-width forms and their usual form.",
             chardata.WIDTH_MAP)):
        write(folder / name, what, fill(
            f"{{{code:#x}, {code_points(text)}}}"
            for code, text in sorted(table.items())))


def write_html_entities(folder):
    entities = html.entities.html5
    write(folder / "html_entities.inc",
          "Named character references of HTML 5, sorted by bytes.",
          fill(f'{{"{name}", {code_points(entities[name])}}}'
               for name in sorted(entities)))
    uppercase = {
        key[1:]: value for key, value in chardata.HTML_ENTITIES.items()
        if key[1:] not in entities
    }
    for name, value in chardata.HTML_ENTITIES.items():
        assert uppercase.get(name[1:], entities.get(name[1:])) == value, name
    write(folder / "uppercase_entities.inc",
          "Entities that ftfy also reads in capitals, sorted by bytes.",
          fill(f'{{"{name}", {code_points(uppercase[name])}}}'
               for name in sorted(uppercase)))


def check_word_pattern():
    """The word splitter matches literals by ASCII case and the long s."""
    for letter in "startofexndvml":
        expected = {ord(letter), ord(letter.upper())}
        if letter == "s":
            expected.add(0x17F)
        assert members(regex.compile(letter, regex.I)) == expected, letter


def main(folder):
    assert unicodedata.unidata_version == "14.0.0", sys.version
    assert ftfy.__version__ == "6.3.1", ftfy.__version__
    check_word_pattern()
    write_character_classes(folder)
    write_badness(folder)
    write_single_byte_encodings(folder)
    write_replacements(folder)
    write_html_entities(folder)


if __name__ == "__main__":
    ROOT = pathlib.Path(__file__).resolve().parent.parent
    main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else
         ROOT / "model" / "tokenizer" / "data")
