"""Turns RGBA emoji pictures into varied, normalized training batches.

Everything works on whole batches of torch tensors, so that one core can feed
the training. No function keeps state; randomness is torch's global generator.
"""

import math

import torch
import torch.nn.functional as F
from open_clip.constants import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD

CHUNK = 16


def uniform(shape, low, high):
    return torch.empty(shape).uniform_(low, high)


def chance(count, probability):
    """Returns a [count, 1, 1, 1] mask of 0 and 1."""
    return (torch.rand(count, 1, 1, 1) < probability).float()


def normalize(rgb):
    """Maps RGB in [0, 1] to what the image tower takes."""
    mean = torch.tensor(OPENAI_DATASET_MEAN).view(1, 3, 1, 1)
    std = torch.tensor(OPENAI_DATASET_STD).view(1, 3, 1, 1)
    return (rgb - mean) / std


def augment(pictures, may_flip, size):
    """Returns normalized float32 [B, 3, size, size].

    pictures: uint8 [B, 96, 96, 4], straight RGBA.
    may_flip: bool [B], false where left and right matter.
    """
    # Few pictures at a time: their tensors stay in the cache of the core.
    return torch.cat([
        _augment_some(some, flip, size) for some, flip in
        zip(pictures.split(CHUNK), may_flip.split(CHUNK))])


def _augment_some(pictures, may_flip, size):
    rgba = pictures.permute(0, 3, 1, 2).float() / 255
    # Premultiplied, so that resampling does not mix in hidden colours.
    rgba = torch.cat([rgba[:, :3] * rgba[:, 3:], rgba[:, 3:]], 1)
    rgba = _place(rgba, may_flip, size)
    colour, alpha = rgba[:, :3], rgba[:, 3:]
    colour = _jitter(colour / alpha.clamp(min=1e-3)).clamp(0, 1)
    picture = colour * alpha + _background(len(rgba), size) * (1 - alpha)
    # Decoders that drop alpha show the bare colours on black.
    dropped = chance(len(rgba), 0.1)
    picture = torch.lerp(picture, colour * (alpha > 0.02), dropped)
    picture = _erase(_blur(picture))
    noise = torch.randn_like(picture) * uniform((len(rgba), 1, 1, 1), 0, 0.06)
    noise *= chance(len(rgba), 0.4)
    return normalize((picture + noise).clamp(0, 1))


def _place(rgba, may_flip, size):
    """Scales, stretches, rotates, shears, shifts and sometimes mirrors."""
    count = len(rgba)
    zoom = uniform((count,), 0.62, 1.12)
    stretch = torch.exp(uniform((count,), -0.18, 0.18))
    angle = torch.randn(count).clamp(-2, 2) * math.radians(9)
    shear = torch.randn(count).clamp(-2, 2) * 0.08
    mirror = 1 - 2 * (may_flip & (torch.rand(count) < 0.5)).float()
    room = (1 - zoom).abs() + 0.08
    cos, sin = torch.cos(angle), torch.sin(angle)
    theta = torch.stack([
        torch.stack([mirror * cos * stretch / zoom,
                     (shear - sin) * stretch / zoom,
                     uniform((count,), -1, 1) * room], 1),
        torch.stack([mirror * sin / stretch / zoom, cos / stretch / zoom,
                     uniform((count,), -1, 1) * room], 1)], 1)
    grid = F.affine_grid(theta, (count, 4, size, size), align_corners=False)
    return F.grid_sample(rgba, grid, align_corners=False)


def _jitter(colour):
    """Varies brightness, contrast, saturation, hue and tone curve."""
    count = len(colour)
    gray = colour.mean(1, keepdim=True)
    saturation = uniform((count, 1, 1, 1), 0.5, 1.4)
    saturation = saturation * (1 - chance(count, 0.05))
    colour = gray + (colour - gray) * saturation
    colour = _rotate_hue(colour, torch.randn(count) * 0.10)
    contrast = uniform((count, 1, 1, 1), 0.7, 1.3)
    tint = torch.randn(count, 3, 1, 1) * 0.03
    shift = uniform((count, 1, 1, 1), -0.12, 0.12)
    colour = ((colour - 0.5) * contrast + 0.5 + shift + tint).clamp(1e-3, 1)
    return colour ** torch.exp(torch.randn(count, 1, 1, 1) * 0.2)


def _rotate_hue(colour, radians):
    """Rotates colours around the gray axis."""
    cos = torch.cos(radians).view(-1, 1, 1)
    side = torch.sin(radians).view(-1, 1, 1) / math.sqrt(3)
    third = (1 - cos) / 3
    cross = torch.tensor([[0., -1, 1], [1, 0, -1], [-1, 1, 0]])
    matrix = cos * torch.eye(3) + third + side * cross
    flat = torch.bmm(matrix, colour.flatten(2))
    return flat.view_as(colour)


def _background(count, size):
    """Returns solid, gradient, blotchy or striped backgrounds."""
    first, second = torch.rand(2, count, 3, 1, 1)
    ramp = torch.linspace(-1, 1, size)
    turn = uniform((count, 1, 1, 1), 0, 2 * math.pi)
    wave = (ramp.view(1, 1, 1, -1) * torch.cos(turn)
            + ramp.view(1, 1, -1, 1) * torch.sin(turn))
    mix = wave / 2 + 0.5
    stripes = (torch.sin(wave * uniform((count, 1, 1, 1), 5, 30)) > 0).float()
    mix = torch.lerp(mix, stripes, chance(count, 0.12))
    blotches = F.interpolate(torch.rand(count, 3, 5, 5), size=(size, size),
                             mode="bilinear", align_corners=False)
    mix = torch.lerp(mix, blotches, chance(count, 0.3))
    mixed = torch.lerp(first, second, mix.clamp(0, 1))
    kind = torch.rand(count, 1, 1, 1)
    white = 1 - uniform((count, 1, 1, 1), 0, 0.04)
    out = torch.where(kind < 0.35, mixed, first.expand_as(mixed))
    out = torch.where(kind > 0.55, white.expand_as(mixed), out)
    return torch.where(kind > 0.90, torch.zeros_like(mixed), out)


def _blur(picture):
    soft = F.avg_pool2d(F.pad(picture, (1, 1, 1, 1), mode="replicate"), 3, 1)
    # Past zero the blend sharpens.
    amount = uniform((len(picture), 1, 1, 1), -0.4, 1.0)
    return torch.lerp(picture, soft, amount * chance(len(picture), 0.5))


def _erase(picture):
    """Covers a random box of a fifth of the pictures with one colour."""
    count, size = len(picture), picture.shape[-1]
    centre = torch.rand(count, 2) * size
    half = uniform((count, 2), 0.06, 0.18) * size
    place = torch.arange(size).float()
    across = (place - centre[:, :1]).abs() < half[:, :1]
    down = (place - centre[:, 1:]).abs() < half[:, 1:]
    box = (down[:, None, :, None] & across[:, None, None, :]).float()
    box = box * chance(count, 0.2)
    return torch.lerp(picture, torch.rand(count, 3, 1, 1).expand_as(picture),
                      box)
