#!/usr/bin/env python3
"""Makes the golden files of the tests anew, with open_clip itself.

    tools/make_goldens.py [PART ...]

A part is a module of tools/goldens that has a main(output_dir). Without one,
all are made. Needs Python with open_clip_torch 3.3.0 and what else a part's
docstring says; the tests need only the committed files.
"""

import importlib
import pathlib
import re
import sys

TOOLS = pathlib.Path(__file__).resolve().parent
GOLDEN = TOOLS.parent / "tests" / "golden"
PARTS = sorted(path.stem for path in (TOOLS / "goldens").glob("*.py")
               if re.search(r"^def main\(", path.read_text(), re.MULTILINE))


def main(arguments):
    unknown = sorted(set(arguments) - set(PARTS))
    if unknown:
        print(f"unknown part {unknown[0]}; parts: {', '.join(PARTS)}",
              file=sys.stderr)
        return 64
    sys.path.insert(0, str(TOOLS))
    for part in arguments or PARTS:
        importlib.import_module(f"goldens.{part}").main(GOLDEN)
        print(f"made {part}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
