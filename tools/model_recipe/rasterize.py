"""Renders the SVG drawings of the emoji sets to one array of pictures.

Writes to the work folder:
  pictures.npy  uint8 [N, 96, 96, 4], straight (not premultiplied) RGBA
  pictures.json for each row the set, the icon and the code of its emoji

    python rasterize.py --modules node_modules --work build
"""

import argparse
import io
import json
from pathlib import Path

import numpy as np
import resvg_py
from PIL import Image

from emoji_names import EmojiNames, read_icon_set

TRAINING_SETS = ("noto", "noto-v1", "fluent-emoji", "fluent-emoji-flat",
                 "fxemoji", "twemoji")
HELD_OUT_SET = "emojione"
SIZE = 96


def icon_to_svg(icons, name):
    """Returns the SVG text of one icon of an Iconify icons.json."""
    icon = icons["icons"][name]
    width, height = (icon.get(k, icons.get(k, 16)) for k in
                     ("width", "height"))
    left, top = icon.get("left", 0), icon.get("top", 0)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" '
            f'xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'viewBox="{left} {top} {width} {height}" '
            f'width="{width}" height="{height}">{icon["body"]}</svg>')


def render(svg, size):
    """Renders an SVG centred in a transparent square of `size` pixels."""
    png = resvg_py.svg_to_bytes(svg_string=svg, width=size, height=size,
                                skip_system_fonts=True)
    picture = Image.open(io.BytesIO(png)).convert("RGBA")
    square = Image.new("RGBA", (size, size))
    square.paste(picture, ((size - picture.width) // 2,
                           (size - picture.height) // 2))
    return square


def render_set(modules, names, set_name, size):
    """Yields (row of pictures.json, picture) for each icon with a name."""
    icons = read_icon_set(modules, set_name, "icons.json")
    for icon in sorted(icons["icons"]):
        code = names.resolve(icon)
        if code is not None:
            row = {"set": set_name, "icon": icon, "code": code}
            yield row, np.asarray(render(icon_to_svg(icons, icon), size))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--modules", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)

    names = EmojiNames(args.modules)
    rows, pictures = [], []
    for set_name in TRAINING_SETS + (HELD_OUT_SET,):
        before = len(rows)
        for row, picture in render_set(args.modules, names, set_name, SIZE):
            rows.append(row)
            pictures.append(picture)
        print(f"{set_name}: {len(rows) - before} pictures", flush=True)
    np.save(args.work / "pictures.npy", np.stack(pictures))
    (args.work / "pictures.json").write_text(json.dumps(rows))


if __name__ == "__main__":
    main()
