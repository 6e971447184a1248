"""Writes small picture files of every kind that the server reads.

Pillow writes what it can; the rest, such as interlaced or 16-bit PNG and the
older kinds of BMP, is written here byte by byte.
"""

import io
import random
import struct
import zlib

import numpy as np
from PIL import Image


def picture(width, height, channels, seed=0):
    """Smooth colours with edges and some noise, as height x width x channels.
    """
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = []
    for channel in range(channels):
        fx, fy = rng.uniform(0.5, 6, 2) / max(width, height, 8)
        wave = np.sin(2 * np.pi * (fx * x + fy * y) + channel)
        plane = 128 + 90 * wave + rng.normal(0, 12, (height, width))
        box_x, box_y = rng.integers(0, width), rng.integers(0, height)
        plane[box_y : box_y + height // 3 + 1, box_x : box_x + width // 3 + 1] = (
            rng.integers(0, 256)
        )
        planes.append(plane)
    return np.clip(np.stack(planes, -1), 0, 255).astype(np.uint8)


def encode(image, kind, **options):
    """Encodes a Pillow image with Pillow."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


# ---------------------------------------------------------------- PNG

ADAM7 = [
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4),
    (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2),
]


def png_chunk(name, data):
    checksum = zlib.crc32(name + data) & 0xFFFFFFFF
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def _pack_rows(samples, depth):
    """Rows of bytes from integers, height x width x channels."""
    height, width, channels = samples.shape
    flat = samples.reshape(height, width * channels)
    if depth == 16:
        return [row.astype(">u2").tobytes() for row in flat]
    if depth == 8:
        return [row.astype(np.uint8).tobytes() for row in flat]
    bits = ((flat[..., None] >> np.arange(depth - 1, -1, -1)) & 1).astype(np.uint8)
    return [np.packbits(row).tobytes() for row in bits.reshape(height, -1)]


def _filter_row(kind, row, previous, step):
    out = bytearray()
    for i, value in enumerate(row):
        left = row[i - step] if i >= step else 0
        up = previous[i]
        corner = previous[i - step] if i >= step else 0
        if kind == 1:
            guess = left
        elif kind == 2:
            guess = up
        elif kind == 3:
            guess = (left + up) // 2
        elif kind == 4:
            estimate = left + up - corner
            guess = min((left, up, corner), key=lambda v: abs(estimate - v))
        else:
            guess = 0
        out.append((value - guess) & 255)
    return bytes([kind]) + bytes(out)


def png(samples, depth, color_type, interlaced=False, ahead=(), behind=(),
        piece_bytes=None, seed=0):
    """A PNG of integer samples (height x width x channels), every row with a
    random filter. `ahead` and `behind` are (name, data) chunks."""
    height, width, channels = samples.shape
    rng = random.Random(seed)
    step = max(1, depth * channels // 8)
    raw = bytearray()
    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    for left, top, dx, dy in passes:
        part = samples[top::dy, left::dx]
        if part.size == 0:
            continue
        rows = _pack_rows(part, depth)
        previous = bytes(len(rows[0]))
        for row in rows:
            raw += _filter_row(rng.randrange(5), row, previous, step)
            previous = row
    header = struct.pack(
        ">IIBBBBB", width, height, depth, color_type, 0, 0, int(interlaced))
    packed = zlib.compress(bytes(raw), 9)
    size = piece_bytes or len(packed)
    out = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header)
    for name, data in ahead:
        out += png_chunk(name, data)
    for start in range(0, len(packed), size):
        out += png_chunk(b"IDAT", packed[start : start + size])
    for name, data in behind:
        out += png_chunk(name, data)
    return out + png_chunk(b"IEND", b"")


PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def png_samples(width, height, depth, color_type, seed=0):
    shape = picture(width, height, PNG_CHANNELS[color_type], seed).astype(np.int64)
    if depth == 16:
        noise = np.random.default_rng(seed + 1).integers(0, 256, shape.shape)
        # Some pictures stay below 256, which Pillow converts differently.
        return shape * 256 + noise if seed % 3 else shape * 2
    return shape >> (8 - depth)


def palette(count, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (count, 3), np.uint8)


def png_kind(width, height, depth, color_type, seed=0, transparent=False, **kw):
    """A PNG of that kind with all that the kind needs."""
    ahead = list(kw.pop("ahead", ()))
    if color_type == 3:
        ahead.append((b"PLTE", palette(1 << depth, seed).tobytes()))
    if transparent:
        data = {0: b"\0\1", 2: b"\0\1\0\2\0\3", 3: b"\0\x80\xff"}[color_type]
        ahead.append((b"tRNS", data))
    return png(png_samples(width, height, depth, color_type, seed), depth,
               color_type, ahead=ahead, seed=seed, **kw)


# ---------------------------------------------------------------- BMP


def _padded(row):
    return row + b"\0" * (-len(row) % 4)


def bmp_file(width, height, bits, rows, compression=0, colors=b"", count=0,
             masks=b"", header_size=40, top_down=False, data=None):
    """A BMP of ready-made rows from the top, or of ready-made data."""
    if data is None:
        ordered = rows if top_down else rows[::-1]
        data = b"".join(_padded(row) for row in ordered)
    stated = -height if top_down else height
    if header_size == 12:
        info = struct.pack("<IHHHH", 12, width, height, 1, bits)
    else:
        info = struct.pack("<IiiHHIIIIII", header_size, width, stated, 1, bits,
                           compression, len(data), 2835, 2835, count, 0)
        if header_size > 40:
            info += masks + b"\0" * (header_size - 40 - len(masks))
            masks = b""
    offset = 14 + len(info) + len(masks) + len(colors)
    return (b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset)
            + info + masks + colors + data)


def _bmp_colors(table, entry_bytes=4):
    return b"".join(
        bytes(color[::-1]) + b"\0" * (entry_bytes - 3) for color in table.tolist())


def bmp_indexed(width, height, bits, seed=0, gray=False, **kw):
    indices = picture(width, height, 1, seed).astype(np.int64) >> (8 - bits)
    table = palette(1 << bits, seed)
    if gray:
        ramp = np.array([0, 255]) if bits == 1 else np.arange(1 << bits)
        table = np.repeat(ramp[:, None], 3, 1).astype(np.uint8)
    entry = 3 if kw.get("header_size") == 12 else 4
    return bmp_file(width, height, bits, _pack_rows(indices, bits),
                    colors=_bmp_colors(table, entry), **kw)


def bmp_colors(width, height, bits, seed=0, **kw):
    rgb = picture(width, height, 4, seed)
    if bits == 16:
        words = rgb[..., :3].astype(np.uint16) >> 3
        packed = words[..., 0] << 10 | words[..., 1] << 5 | words[..., 2]
        rows = [row.astype("<u2").tobytes() for row in packed]
    else:
        order = [2, 1, 0] if bits == 24 else [2, 1, 0, 3]
        rows = [row.tobytes() for row in rgb[..., order]]
    return bmp_file(width, height, bits, rows, **kw)


def bmp_fields(width, height, bits, masks, seed=0, header_size=40):
    data = picture(width, height, bits // 8, seed)
    rows = [row.tobytes() for row in data]
    packed = struct.pack(f"<{len(masks)}I", *masks)
    return bmp_file(width, height, bits, rows, compression=3, masks=packed,
                    header_size=header_size)


def bmp_runs(width, height, bits, seed=0, gray=False):
    """Run-length encoded, with runs, literals, moves and ends of lines."""
    rng = random.Random(seed)
    data = bytearray()
    for _ in range(height):
        x = 0
        while x < width:
            left = width - x
            if rng.random() < 0.5 or left < 3:
                count = min(left, rng.randrange(1, 20))
                data += bytes([count, rng.randrange(256)])
            else:
                count = min(left, rng.randrange(3, 20))
                size = count if bits == 8 else (count + 1) // 2
                data += bytes([0, count])
                data += bytes(rng.randrange(256) for _ in range(size))
                data += b"\0" * (size % 2)
            x += count
        data += b"\0\0"
    data += b"\0\1"
    table = palette(1 << bits, seed)
    if gray:
        table = np.repeat(np.arange(1 << bits)[:, None], 3, 1).astype(np.uint8)
    return bmp_file(width, height, bits, None, compression=1 if bits == 8 else 2,
                    colors=_bmp_colors(table), data=bytes(data))


# ---------------------------------------------------------------- JPEG


def jpeg(width, height, channels=3, seed=0, **options):
    mode = {1: "L", 3: "RGB", 4: "CMYK"}[channels]
    data = picture(width, height, channels, seed)
    image = Image.fromarray(data[..., 0] if channels == 1 else data, mode)
    return encode(image, "JPEG", **options)


def exif_rotated_jpeg(width, height, orientation=6):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return jpeg(width, height, exif=exif.tobytes())


def without_adobe_marker(data):
    """The same JPEG without its APP14 segment."""
    at = data.index(b"\xff\xee")
    return data[:at] + data[at + 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]:]


def as_ycck(data):
    """A CMYK JPEG whose Adobe marker claims YCCK."""
    at = data.index(b"Adobe")
    return data[: at + 11] + b"\2" + data[at + 12 :]


# ---------------------------------------------------------------- all kinds


def webp(width, height, channels=3, seed=0, **options):
    mode = "RGB" if channels == 3 else "RGBA"
    image = Image.fromarray(picture(width, height, channels, seed), mode)
    return encode(image, "WEBP", **options)


def animated(kind, width, height, channels=3, **options):
    mode = "RGB" if channels == 3 else "RGBA"
    frames = [
        Image.fromarray(picture(width, height, channels, seed), mode)
        for seed in range(3)
    ]
    return encode(frames[0], kind, save_all=True, append_images=frames[1:], **options)


def jpeg_files(w, h):
    return {
        "gray": jpeg(w, h, 1),
        "rgb_444": jpeg(w, h, subsampling=0, quality=92),
        "rgb_422": jpeg(w, h, subsampling=1, quality=80),
        "rgb_420": jpeg(w, h, subsampling=2, quality=60),
        "progressive": jpeg(w, h, progressive=True),
        "progressive_gray": jpeg(w, h, 1, progressive=True),
        "restart": jpeg(w, h, restart_marker_blocks=2),
        "cmyk": jpeg(w, h, 4),
        "cmyk_plain": without_adobe_marker(jpeg(w, h, 4)),
        "ycck": as_ycck(jpeg(w, h, 4)),
        "keep_rgb": jpeg(w, h, keep_rgb=True),
        "rotated": exif_rotated_jpeg(w, h),
    }


def png_files(w, h):
    files = {}
    for color_type, depths in {
        0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16),
    }.items():
        for depth in depths:
            name = f"type{color_type}_{depth}"
            files[name] = png_kind(w, h, depth, color_type, seed=depth)
            files[name + "_interlaced"] = png_kind(
                w, h, depth, color_type, seed=depth + 1, interlaced=True)
            if color_type in (0, 2, 3):
                files[name + "_transparent"] = png_kind(
                    w, h, depth, color_type, seed=depth + 2, transparent=True)
    files["dark_16"] = png_kind(w, h, 16, 0, seed=3)
    files["pieces"] = png_kind(w, h, 8, 2, seed=4, piece_bytes=97)
    files["animated"] = animated("PNG", w, h)
    files["default_image"] = animated("PNG", w, h, default_image=True)
    return files


def bmp_files(w, h):
    files = {
        "1": bmp_indexed(w, h, 1), "4": bmp_indexed(w, h, 4),
        "8": bmp_indexed(w, h, 8), "1_gray": bmp_indexed(w, h, 1, gray=True),
        "8_gray": bmp_indexed(w, h, 8, gray=True),
        "8_core": bmp_indexed(w, h, 8, header_size=12),
        "8_top_down": bmp_indexed(w, h, 8, top_down=True),
        "16": bmp_colors(w, h, 16), "24": bmp_colors(w, h, 24),
        "32": bmp_colors(w, h, 32),
        "24_top_down": bmp_colors(w, h, 24, top_down=True),
        "24_v5": bmp_colors(w, h, 24, header_size=124),
        "16_565": bmp_fields(w, h, 16, (0xF800, 0x7E0, 0x1F)),
        "16_555": bmp_fields(w, h, 16, (0x7C00, 0x3E0, 0x1F)),
        "32_bgrx": bmp_fields(w, h, 32, (0xFF0000, 0xFF00, 0xFF)),
        "32_bgra": bmp_fields(
            w, h, 32, (0xFF0000, 0xFF00, 0xFF, 0xFF000000), header_size=108),
        "32_rgba": bmp_fields(
            w, h, 32, (0xFF, 0xFF00, 0xFF0000, 0xFF000000), header_size=56),
        "32_xbgr": bmp_fields(w, h, 32, (0xFF000000, 0xFF0000, 0xFF00)),
        "rle8": bmp_runs(w, h, 8), "rle4": bmp_runs(w, h, 4),
        "rle8_gray": bmp_runs(w, h, 8, gray=True),
    }
    return files


def webp_files(w, h):
    return {
        "lossy": webp(w, h, quality=75),
        "lossy_alpha": webp(w, h, 4, quality=60),
        "lossless": webp(w, h, lossless=True),
        "lossless_alpha": webp(w, h, 4, lossless=True),
        "animated": animated("WEBP", w, h),
        "animated_alpha": animated("WEBP", w, h, 4, lossless=True),
        "exif": webp(w, h, exif=Image.Exif().tobytes()),
    }


def all_files(width, height):
    """Name -> bytes, one file of every kind."""
    files = {}
    for kind, make in (("jpg", jpeg_files), ("png", png_files),
                       ("bmp", bmp_files), ("webp", webp_files)):
        for name, data in make(width, height).items():
            files[f"{name}.{kind}"] = data
    return files
