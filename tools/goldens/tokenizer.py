"""Goldens of the tokenizer: open_clip's ids and Python's Unicode.

Writes
  tokenizer/lines.jsonl   a JSON object a line: text, clean mode, context
                          length, ids without padding, truncated
  tokenizer/unicode.json  hashes of what Python says about every code point,
                          one for each block of 0x4000
Needs Python 3.11, open_clip 3.3.0 and ftfy 6.3.1.
"""

import functools
import html
import json
import pathlib
import random
import unicodedata

import ftfy
from open_clip.tokenizer import SimpleTokenizer

# Each stands for a script, or for a rule of the cleaning or the splitting.
LINES = [
    "", " ", "a", "!", "!!", "a!", "0", "007", "a photo of a dog",
    "A Photo of a CAT, sitting on a mat.", "the quick brown fox " * 30,
    "it's he'll we've I'm you're she'd can't IT'S HE'LL WE'VE",
    "'s's 's''t \u2019s rock 'n' roll o'clock '\u017f '\u017f\u017f",
    "don\u2019t \u201cquote\u201d \u2018me\u2019 \u201alow\u201b \u201elow\u201f "
    "\u02bcn \u00abguillemets\u00bb",
    "hello_world foo-bar/baz.qux@example.com?a=b&c=d&copy=1#frag",
    "C++ & C# -> 100% $5.99 {x} [y] (z) ~`^|\\",
    "3.14159 1,000,000 1\u00bd 2\u00b2 \u2167 \u2460 \u0663\u0664 \u0ce7",
    "\u00e9 e\u0301 \u1e17 e\u0304\u0301 \u1e69 s\u0323\u0307 s\u0307\u0323 "
    "q\u0307\u0323",
    "\u212b \u2126 \u212a \u2000x \ufb1d \u0344 \u0f73 \u0345\u0399\u0345",
    "\u0130stanbul I\u0307 \u0131\u015f\u0131k",
    "\u039f\u0394\u03a5\u03a3\u03a3\u0395\u03a5\u03a3 "
    "\u03a3 \u0391\u03a3. \u0391\u03a3\u0301 \u0391\u03a3\u0301\u0392 .\u03a3",
    "\u1e9e \u00df \u017f K \u01c5 \u1fbc",
    "\u1100\u1161\u11a8 \uac00\u11a8 \u1100\u1161 \u11a8",
    "\ufb01ne \ufb02u\ufb03est o\ufb00er \ufb06 \ufb05 \u0132sland \u0149 "
    "\u01c4 \u01c6 \u01c9 \u01cc \u01f3",
    "\uff26\uff55\uff4c\uff4c\u3000\uff57\uff49\uff44\uff54\uff48 \uff11\uff12 "
    "\uff8a\uff9d\uff76\uff78 \uff76\uff9e \uffa1 \uffe5 \uffe0",
    "line\nfeed\r\ncrlf\rcr\u2028ls\u2029ps\x85nel\x0bvt\x0cff\ttab",
    "\x1b[36;44mblue\x1b[0m \x1b[\u0661m arabic \x1b[ \x1b[12 \x1b[K",
    "nul\x00 bel\x07 del\x7f bom\ufeff obj\ufffc dep\u206a ann\ufff9 c1\x81",
    "zero\u200bwidth\u200cnon\u200djoiner soft\xadhyphen no\xa0break \u202erlo",
    "\U0001f600\U0001f603 \U0001f468\u200d\U0001f469\u200d\U0001f467 "
    "\U0001f3f3\ufe0f\u200d\U0001f308 \U0001f44d\U0001f3fd \U0001f1eb\U0001f1f7"
    " \u2764\ufe0f 1\ufe0f\u20e3 \U0001f3f4\U000e0067\U000e0062\U000e007f",
    "<start_of_text> a <end_of_text> b", "<START_OF_TEXT><End_Of_Text>",
    "x<start_of_text>y !<end_of_text> <\u017ftart_of_text> <start_of_text",
    "<|startoftext|> <|endoftext|>", "<b>bold</b> &lt;i&gt; &amp;eacute;",
    "&lt;b&gt; Tom &amp; Jerry &amp;amp; &amp;lt; &eacute;t&eacute; &hellip;",
    "&NTILDE; &nTILDE; &SZLIG; &EACUTE &COPY; &Copf; &nbsp;x &notit; &not",
    "&#233; &#xe9; &#XE9 &#0; &#13; &#10; &#27; &#128; &#x9f; &#xd800; &#59;",
    "&#1114112; &#99999999999999999999; &#xfffe; &# &#x &#x; &; & &#12ab; &#xg",
    "&CounterClockwiseContourIntegral; &acE; &NotEqualTilde; &fflig; &ngE;",
    "&ampamp; &amplt; &ltx &copyright; &notin; &notinx &para &parallel",
    "line one &lt; & &amp;\nline < two &amp; &amp;lt;\nthree &amp; &EACUTE;",
    "L'\u00e9t\u00e9 \u00c3\u00a0 la plage \u00e2\u20ac\u0153 \u00e2\u20ac\u2122",
    "voil\u00c3  le travail \u00c3 quele \u00c3s \u00c3 la mode fa\u00c3\u00a7ade",
    "\u00e2\u20ac\u0153lossy\u00e2\u20ac\ufffd \u00e2\u20ac? \u00c3? \u00f0\u0178\ufffd\ufffd",
    "\u00c2 \u00c2\u00a3 \u00c2\u00a0 \u00c3\u201e \u00c2\u00c2\u00c2\u00a9",
    "\u00c3\u0192\u00c2\u00a9 \u00c3\u0192\u00c6\u2019\u00c3\u201a\u00c2\u00a9",
    "\u00d0\u00bf\u00d1\u20ac\u00d0\u00b8\u00d0\u00b2\u00d0\u00b5\u00d1\u201a",
    "\u0432\u0402\u2122 \u0420\u0457\u0421\u0402\u0420\u0451",
    "\u221a\u00a9 \u201a\u00c4\u00fa \u2248\u00b0 \u252c\u00fa \u0393\u00c7\u00d6",
    "\u00c3\u00a9\u00c0\n", "\u00c3\u00a9 \u00ed\u00a0\u0080\u00ed\u00b0\n",
    "\u00ed\u00a0\u00bd\u00ed\u00b8\u0080 \u00c3\u00a9", "\x80\x93\x94 \x99",
    "\u0153uvre c\u0153ur \u00c5ngstr\u00f6m 5 \u00b0C \u00d7 \u00b2 \u00b5m",
    "(\u256f\u00b0\u25a1\u00b0)\u256f\ufe35 \u253b\u2501\u253b "
    "\u00af\\_(\u30c4)_/\u00af \u0ca0_\u0ca0",
    "\u2500\u2502\u250c\u2550\u2551\u2588\u2592 \u00bfqu\u00e9? \u00a1s\u00ed!",
    "supercalifragilisticexpialidocious " * 3, "a" * 300, "ab" * 200,
    "\U0001f600" * 60, "\u5b57" * 90, "!?" * 150, "1" * 100, "x " * 100,
    "e" + "\u0301\u0316" * 90, "\u0f73" * 90, "\u1161" * 90,
]

# One sentence about the same picture in many scripts.
SCRIPTS = [
    "Un perro juega en el parque con dos ni\u00f1os.",
    "N\u00e3o h\u00e1 ningu\u00e9m na praia \u00e0s tr\u00eas da manh\u00e3.",
    "L'\u0153uvre d'art \u00e9tait accroch\u00e9e pr\u00e8s de la fen\u00eatre.",
    "Gr\u00fc\u00dfe aus M\u00fcnchen: \u00c4pfel, \u00d6l und \u00dcbermut.",
    "Za\u017c\u00f3\u0142\u0107 g\u0119\u015bl\u0105 ja\u017a\u0144.",
    "P\u0159\u00edli\u0161 \u017elu\u0165ou\u010dk\u00fd k\u016f\u0148.",
    "\u00c1rv\u00edzt\u0171r\u0151 t\u00fck\u00f6rf\u00far\u00f3g\u00e9p",
    "\u0218apte \u021b\u0103ri \u0219i m\u00e2ini", "K\u00f6peK \u00c7\u0130\u00c7EK",
    "Hundurinn \u00fe\u00e6r \u00e6 \u00f0", "Ti\u1ebfng Vi\u1ec7t r\u1ea5t kh\u00f3",
    "\u0395\u03bd\u03b1\u03c2 \u03c3\u03ba\u03cd\u03bb\u03bf\u03c2 \u03c3\u03c4\u03bf \u03c0\u03ac\u03c1\u03ba\u03bf",
    "\u0421\u043e\u0431\u0430\u043a\u0430 \u0438\u0433\u0440\u0430\u0435\u0442 \u0432 \u043f\u0430\u0440\u043a\u0435, \u0451\u0436!",
    "\u0407\u0436\u0430\u043a \u0456 \u0491\u0430\u0432\u0430",
    "\u0548\u0582\u0580\u0561\u056d \u0577\u0578\u0582\u0576",
    "\u10eb\u10d0\u10e6\u10da\u10d8 \u10de\u10d0\u10e0\u10d9\u10e8\u10d8",
    "\u05db\u05dc\u05d1 \u05d1\u05e4\u05d0\u05e8\u05e7 \u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd",
    "\u0643\u0644\u0628 \u0641\u064a \u0627\u0644\u062d\u062f\u064a\u0642\u0629\u060c \u0645\u064e\u0631\u0652\u062d\u064e\u0628\u064b\u0627",
    "\u06a9\u062a\u0627\u0628 \u062e\u0648\u0628 \u06f1\u06f2\u06f3",
    "\u092a\u093e\u0930\u094d\u0915 \u092e\u0947\u0902 \u090f\u0915 \u0915\u0941\u0924\u094d\u0924\u093e",
    "\u09aa\u09be\u09b0\u09cd\u0995\u09c7 \u098f\u0995\u099f\u09bf \u0995\u09c1\u0995\u09c1\u09b0",
    "\u0baa\u0bc2\u0b99\u0bcd\u0b95\u0bbe\u0bb5\u0bbf\u0bb2\u0bcd \u0ba8\u0bbe\u0baf\u0bcd",
    "\u0c2a\u0c3e\u0c30\u0c4d\u0c15\u0c4d \u0c32\u0c4b \u0c15\u0c41\u0c15\u0c4d\u0c15",
    "\u0db8\u0dbd\u0dca \u0d8b\u0dba\u0db1\u0dda", "\u0e2a\u0e38\u0e19\u0e31\u0e02\u0e43\u0e19\u0e2a\u0e27\u0e19\u0e19\u0e49\u0e33",
    "\u0f41\u0fb1\u0f72\u0f0b \u0f62\u0fb3\u0f74\u0f44\u0f0b", "\u1000\u103c\u1031\u102c\u1004\u103a",
    "\u1206\u1208\u1275 \u12cd\u123e\u127d", "\u13e3\u13b3\u13a9 \uab70\uab71",
    "\u1786\u17d2\u1780\u17c2 \u1793\u17c5", "\u1820\u182d\u1824\u1830",
    "\u4e00\u96bb\u72d7\u5728\u516c\u5712\u88e1\u8dd1\uff0c\u5f88\u958b\u5fc3\u3002",
    "\u516c\u5712\u3067\u8d70\u308b\u72ac\u3001\u30ab\u30bf\u30ab\u30ca\u3068\u304c\u304e\u3050",
    "\uacf5\uc6d0\uc5d0\uc11c \ub178\ub294 \uac15\uc544\uc9c0",
    "\U00010400\U00010428 \U0001d4d7\U0001d4ee \U00010330 \U0001e900\U0001e922",
    "\U00020000\U0002a6d6 \ue000 \uf8ff \U0010fffd \U0001e4ec \U00010efd",
]

ENCODINGS = [
    "latin-1", "cp1252", "cp1251", "cp1250", "cp1253", "cp1254", "cp1257",
    "iso-8859-2", "mac_roman", "cp437", "sloppy-windows-1252",
    "sloppy-windows-1251", "sloppy-windows-1250", "sloppy-windows-1253",
]
GENERATED = 420
BLOCK = 0x4000


def misread(rng, text):
    """The text as a program shows it that takes UTF-8 for something else."""
    data = text.encode()
    if rng.random() < 0.1:
        data = data.replace(b"\xa0", b" ")
    read = data.decode(rng.choice(ENCODINGS), "replace")
    return read.replace("\ufffd", "?") if rng.random() < 0.1 else read


def entity(rng):
    name = rng.choice(sorted(html.entities.html5))
    return "&" + rng.choice([
        name, name.upper(), name.swapcase(), name.rstrip(";") + "x",
        name[:rng.randrange(len(name) + 1)], f"#{rng.randrange(0x400)};",
        f"#x{rng.randrange(0x112000):x};", f"#{rng.randrange(0x120)}",
    ])


def scalar(rng):
    top = rng.choice([0x80, 0x250, 0x600, 0x3000, 0x10000, 0x20000, 0x110000])
    code = rng.randrange(0x20, top)
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)


def generated(rng):
    """A line of one to four pieces: cut, misread, escaped or random text."""
    pieces = []
    for _ in range(rng.randrange(1, 5)):
        text = rng.choice(SCRIPTS + LINES[8:])[:60]
        start = rng.randrange(len(text))
        text = text[start:start + rng.randrange(1, 24)]
        kind = rng.randrange(6)
        if kind < 3:
            for _ in range(rng.choice([1, 1, 2])):
                text = misread(rng, text)
        elif kind == 3:
            text = entity(rng)
        elif kind == 4:
            text = "".join(scalar(rng) for _ in range(rng.randrange(1, 9)))
        pieces.append(text)
    return rng.choice(["", " ", "\n"]).join(pieces)


@functools.lru_cache(maxsize=None)
def tokenizer_of(clean):
    return SimpleTokenizer(clean=clean)


def golden(text, clean, context_length):
    tokenizer = tokenizer_of(clean)
    ids = tokenizer.encode(text)
    row = tokenizer(text, context_length)[0].tolist()
    count = min(len(ids) + 2, context_length)
    assert not any(row[count:])
    return {
        "text": text,
        "clean": clean,
        "context_length": context_length,
        "ids": row[:count],
        "truncated": len(ids) + 2 > context_length,
    }


def all_lines():
    rng = random.Random(20210105)
    texts = LINES + SCRIPTS + [generated(rng) for _ in range(GENERATED)]
    lines = [golden(text, "lower", 77) for text in texts]
    for clean in ("whitespace", "canonicalize"):
        lines += [golden(text, clean, 77) for text in LINES[8:] + SCRIPTS]
    for length in (1, 2, 3, 4, 5, 8, 16, 32, 64, 256):
        lines += [
            golden(text, "lower", length)
            for text in ("", "a", "a photo", LINES[9], LINES[10])
        ]
    return lines


# --- Every code point --------------------------------------------------------


def fnv1a(data):
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return value


def lower(c):
    # The sigmas tell whether c has case and whether it is looked through.
    return c.lower() + ("A" + c + "\u03a3").lower() + ("A\u03a3" + c).lower()


def compose(c):
    # The marks tell c's combining class and what it composes with.
    return "".join(
        unicodedata.normalize("NFC", text)
        for text in (c, "a\u0302" + c + "\u0316", c + "\u0301", "\u09c7" + c))


WORD_PATTERN = SimpleTokenizer().pat


def words(c):
    return "|".join(WORD_PATTERN.findall("a" + c + c + "!" + c + "1" + c))


def repair(c):
    return ftfy.fix_text(c + "a") + "|".join(("a" + c + "b").split())


def block_hash(function, start):
    results = (
        function(chr(code)) for code in range(start, start + BLOCK)
        if not 0xD800 <= code <= 0xDFFF)
    return f"{fnv1a(''.join(results).encode()):016x}"


def unicode_hashes():
    return {
        function.__name__: [
            block_hash(function, start) for start in range(0, 0x110000, BLOCK)
        ]
        for function in (lower, compose, words, repair)
    }


def main(output_dir):
    folder = pathlib.Path(output_dir) / "tokenizer"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lines.jsonl", "w", encoding="utf-8") as file:
        for line in all_lines():
            file.write(json.dumps(line, separators=(",", ":")) + "\n")
    (folder / "unicode.json").write_text(
        json.dumps(unicode_hashes(), indent=1) + "\n")
