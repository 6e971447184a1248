#!/usr/bin/env python3
"""Compares image_benchmark with Pillow, and with open_clip's transform.

    tests/benchmarks/compare_with_pillow.py PROGRAM [ROUNDS]

Needs Pillow and torchvision. Both sides take turns, ROUNDS times, on the same
pictures, one thread each, by CPU time: what else runs on the machine slows
both alike. Prints the median of either side and of the ratio of each round,
with its smallest and largest value.
"""

import io
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import torch
from PIL import Image
from torchvision import transforms

SECONDS = 0.3


def own_times(program, name):
    """Microseconds of CPU time of one run of a benchmark."""
    arguments = [f"--benchmark_filter=^{name}$", "--benchmark_format=json",
                 f"--benchmark_min_time={SECONDS}"]
    output = subprocess.run([program, *arguments], check=True,
                            capture_output=True).stdout
    return json.loads(output)["benchmarks"][0]["cpu_time"]


def peer_times(function):
    function()
    runs = 0
    start = time.process_time()
    while time.process_time() - start < SECONDS:
        function()
        runs += 1
    return (time.process_time() - start) / runs * 1e6


def resize(file, size, crop):
    picture = Image.open(io.BytesIO(file)).convert("RGB")
    picture.load()
    left = (size[0] - crop) // 2
    return lambda: picture.resize(size, Image.BICUBIC).crop(
        (left, 0, left + crop, crop))


def decode(file):
    return lambda: Image.open(io.BytesIO(file)).load()


def transform(file):
    steps = transforms.Compose([
        transforms.Resize(224, transforms.InterpolationMode.BICUBIC),
        transforms.CenterCrop(224),
        lambda picture: picture.convert("RGB"),
        transforms.ToTensor(),
        transforms.Normalize((0.48145466, 0.4578275, 0.40821073),
                             (0.26862954, 0.26130258, 0.27577711)),
    ])
    return lambda: steps(Image.open(io.BytesIO(file)))


def make_cases(folder):
    small, large, tiny = (
        (folder / f"{size}.jpg").read_bytes()
        for size in ("640x480", "4000x3000", "160x120"))
    return {
        "BM_Resize/width:640/height:480/to:224": resize(small, (298, 224), 224),
        "BM_Resize/width:4000/height:3000/to:224":
            resize(large, (298, 224), 224),
        "BM_Resize/width:160/height:120/to:384": resize(tiny, (512, 384), 384),
        "BM_DecodeJpeg/width:640/height:480": decode(small),
        "BM_DecodeJpeg/width:4000/height:3000": decode(large),
        "BM_PreprocessJpeg/width:640/height:480": transform(small),
        "BM_PreprocessJpeg/width:4000/height:3000": transform(large),
    }


def main(program, rounds="7"):
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([program, "--pictures", folder], check=True)
        cases = make_cases(pathlib.Path(folder))
    print("| benchmark | ours, us | peer, us | peer / ours | spread |")
    print("|---|---|---|---|---|")
    for name, function in cases.items():
        ours, peers = [], []
        for _ in range(int(rounds)):
            ours.append(own_times(program, name))
            peers.append(peer_times(function))
        ratios = [peer / own for own, peer in zip(ours, peers)]
        print(f"| {name} | {statistics.median(ours):.0f} "
              f"| {statistics.median(peers):.0f} "
              f"| {statistics.median(ratios):.2f} "
              f"| {min(ratios):.2f} to {max(ratios):.2f} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
