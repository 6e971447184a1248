"""Goldens of the training transform: what torchvision over Pillow makes of
given draws.

Needs torchvision and Pillow 13; reads tests/golden/image/files. Writes
  augmentation/picture.bin   SIDE x SIDE R, G, B pixels of many colours
  augmentation/goldens.json
    adjustments  op, factor and the CRC-32 of the pixels after that one change
    rows         a file of image/files, output size, crop, jitter and gray,
                 and the CRC-32 of the normalized float32 row
"""

import json
import pathlib
import random
import zlib

import numpy as np
from open_clip.constants import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD
from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F

SIDE = 64
PROPERTIES = ["brightness", "contrast", "saturation", "hue"]
ADJUST = {"brightness": F.adjust_brightness, "contrast": F.adjust_contrast,
          "saturation": F.adjust_saturation, "hue": F.adjust_hue}
FACTORS = [0.0, 0.1, 0.37, 0.68, 0.999, 1.0, 1.0001, 1.32, 1.8, 3.7]
TURNS = [-0.5, -0.31, -0.08, -0.004, 0.0, 0.003, 0.0039216, 0.08, 0.25, 0.5]
FILES = ["rgb_420.jpg", "gray.jpg", "cmyk.jpg", "type4_8.png", "type6_8.png",
         "type3_4.png", "type0_1.png", "type0_16.png", "lossy_alpha.webp",
         "24.bmp", "tall.png"]


def single(value):
    """The float32 nearest to a value, which is what torchvision draws."""
    return float(np.float32(value))


def picture():
    """Random pixels, each side of grays, of pure colours and of dark ones."""
    colors = np.random.default_rng(7).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    grays = np.arange(SIDE, dtype=np.uint8) * 4
    for row in range(4):
        colors[row] = grays[:, None] + np.uint8(row)
    for row in range(4, 10):
        colors[row] = 0
        colors[row, :, (row - 4) % 3] = grays
        if row > 6:
            colors[row, :, (row - 3) % 3] = 255 - grays
    colors[10:16] //= 32
    return Image.fromarray(colors, "RGB")


def adjustments(image):
    cases = []
    for op in PROPERTIES:
        for factor in map(single, TURNS if op == "hue" else FACTORS):
            cases.append([op, factor,
                          zlib.crc32(ADJUST[op](image, factor).tobytes())])
    gray = F.to_grayscale(image, num_output_channels=3)
    cases.append(["gray", 0.0, zlib.crc32(gray.tobytes())])
    return cases


def row(image, size, crop, jitter, gray):
    left, top, width, height = crop
    image = F.resized_crop(image, top, left, height, width, size[::-1],
                           InterpolationMode.BICUBIC)
    image = image.convert("RGB")
    for op, factor in jitter:
        image = ADJUST[op](image, factor)
    if gray:
        image = F.to_grayscale(image, num_output_channels=3)
    tensor = F.normalize(F.to_tensor(image), OPENAI_DATASET_MEAN,
                         OPENAI_DATASET_STD)
    return zlib.crc32(tensor.numpy().astype("<f4").tobytes())


def rows(folder):
    draw = random.Random(11)
    cases = []
    for name in FILES:
        image = Image.open(folder / name)
        image.load()
        for case in range(4):
            size = [(24, 24), (33, 20), (16, 40), (24, 24)][case]
            width = draw.randint(1, image.width)
            height = draw.randint(1, image.height)
            crop = [draw.randint(0, image.width - width),
                    draw.randint(0, image.height - height), width, height]
            if case == 3:
                crop = [0, 0, image.width, image.height]
            order = draw.sample(PROPERTIES, [0, 4, 2, 3][case])
            jitter = [[op, single(draw.uniform(-0.5, 0.5) if op == "hue"
                                  else draw.uniform(0.0, 1.8))]
                      for op in order]
            gray = case == 2
            cases.append({"file": name, "size": size, "crop": crop,
                          "jitter": jitter, "gray": gray,
                          "row": row(image, size, crop, jitter, gray)})
    return cases


def main(output_dir):
    root = pathlib.Path(output_dir)
    folder = root / "augmentation"
    folder.mkdir(parents=True, exist_ok=True)
    image = picture()
    (folder / "picture.bin").write_bytes(image.tobytes())
    lists = {"adjustments": adjustments(image),
             "rows": rows(root / "image" / "files")}
    parts = (f' "{name}": [\n  ' + ",\n  ".join(map(json.dumps, cases)) + "\n ]"
             for name, cases in lists.items())
    (folder / "goldens.json").write_text("{\n" + ",\n".join(parts) + "\n}\n")
