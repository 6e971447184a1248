"""Renders the sample pictures of the client from the held-out design.

    python make_samples.py --modules node_modules --out ../../client/samples
"""

import argparse
from pathlib import Path

from PIL import Image

from rasterize import HELD_OUT_SET, icon_to_svg, render
from emoji_names import read_icon_set

SIZE = 192
WHITE, SKY, SAND = (255, 255, 255), (198, 224, 247), (246, 232, 205)

# Icon, file, background; None keeps the transparency.
SAMPLES = (
    ("pizza", "pizza.png", WHITE),
    ("guitar", "guitar.jpg", WHITE),
    ("bicycle", "bicycle.jpg", SKY),
    ("sunflower", "sunflower.webp", SAND),
    ("umbrella", "umbrella.webp", WHITE),
    ("strawberry", "strawberry.png", None),
)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--modules", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    icons = read_icon_set(args.modules, HELD_OUT_SET, "icons.json")
    for icon, file, background in SAMPLES:
        picture = render(icon_to_svg(icons, icon), SIZE)
        if background:
            canvas = Image.new("RGBA", picture.size, background + (255,))
            picture = Image.alpha_composite(canvas, picture).convert("RGB")
        options = {} if file.endswith(".png") else {"quality": 88}
        picture.save(args.out / file, **options)
        print(file, (args.out / file).stat().st_size, "bytes")


if __name__ == "__main__":
    main()
