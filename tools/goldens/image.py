"""Goldens of the image input: small files of every kind and what open_clip
3.3.0 over Pillow makes of them.

Writes image/files/NAME, the encoded files, image/pictures.bin, one 16 x 16
RGB picture per file in the order of the names, and image/goldens.json:
  configs  preprocessing configurations: resize_mode, width, height,
           interpolation, fill_color
  files    name -> mode, width, height
           pixels   CRC-32 of the decoded pixels in that mode
           rows     one CRC-32 per configuration of the float32 row, or null
                    where open_clip fails
           cuts     one character per length in cut_lengths(): "1" where
                    Pillow still decodes the file cut to that length

pictures.bin holds the bytes before normalization of the first configuration.
"""

import io
import json
import pathlib
import warnings
import zlib

import open_clip
import torch
from PIL import Image

from goldens import image_files

# The first must be 16 x 16.
CONFIGS = [
    ("shortest", 16, 16, "bicubic", 0),
    ("shortest", 31, 31, "bilinear", 0),
    ("shortest", 20, 34, "bilinear", 0),
    ("shortest", 48, 48, "bicubic", 0),
    ("longest", 32, 32, "bicubic", 0),
    ("longest", 21, 30, "bilinear", 200),
    ("squash", 24, 24, "bicubic", 0),
    ("squash", 41, 29, "bilinear", 0),
]


def cut_lengths(size):
    """Lengths to cut a file to: 31 even steps and the last 24 bytes."""
    return [size * i // 32 for i in range(1, 32)] + list(range(size - 24, size))


def transform(config):
    mode, width, height, interpolation, fill = config
    size = width if width == height else (height, width)
    return open_clip.image_transform(
        size, is_train=False, resize_mode=mode, interpolation=interpolation,
        fill_color=fill)


def decode(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def decodes(data):
    try:
        decode(data)
    except Exception:  # Pillow raises many kinds for a broken file.
        return "0"
    return "1"


def pixel_bytes(image):
    return image.convert("L").tobytes() if image.mode == "1" else image.tobytes()


def row(data, config):
    try:
        return transform(config)(decode(data)).numpy().astype("<f4").tobytes()
    except ValueError:
        return None


def picture_bytes(data):
    """The first configuration's picture in R, G, B bytes."""
    steps = transform(CONFIGS[0]).transforms[:-1]
    value = decode(data)
    for step in steps:
        value = step(value)
    assert value.dtype == torch.float32
    return (value * 255).round().to(torch.uint8).permute(1, 2, 0).numpy().tobytes()


def golden_files():
    files = image_files.all_files(40, 30)
    files["one_pixel.png"] = image_files.png_kind(1, 1, 8, 2)
    files["one_pixel.jpg"] = image_files.jpeg(1, 1)
    files["wide.png"] = image_files.png_kind(300, 3, 8, 6)
    files["tall.png"] = image_files.png_kind(3, 300, 8, 2)
    files["tall.bmp"] = image_files.bmp_indexed(5, 260, 4)
    files["model_size.png"] = image_files.png_kind(16, 16, 8, 6)
    return files


def main(output_dir):
    warnings.simplefilter("ignore")
    root = pathlib.Path(output_dir) / "image"
    (root / "files").mkdir(parents=True, exist_ok=True)
    entries, pictures = {}, b""
    for name, data in sorted(golden_files().items()):
        (root / "files" / name).write_bytes(data)
        image = decode(data)
        rows = [row(data, config) for config in CONFIGS]
        entries[name] = {
            "mode": image.mode, "width": image.width, "height": image.height,
            "pixels": zlib.crc32(pixel_bytes(image)),
            "rows": [None if r is None else zlib.crc32(r) for r in rows],
            "cuts": "".join(decodes(data[:n]) for n in cut_lengths(len(data))),
        }
        pictures += picture_bytes(data)
    (root / "pictures.bin").write_bytes(pictures)
    text = json.dumps({"configs": CONFIGS, "files": entries}, indent=1)
    (root / "goldens.json").write_text(text + "\n")
