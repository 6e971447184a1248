#!/usr/bin/env python3
"""Compares clip_server with what else a user could pick, on one machine.

    tools/compare_peers.py DIR [--dtypes float32,bfloat16,int8] [--output FILE]

DIR is a hub folder of a CLIP model with the CLIP tokenizer. The server is asked
through gRPC, with JPEG files and with raw captions. Its peers are bare: tensors
in, embeddings out; and as a user runs them: open_clip with Pillow and its
tokenizer in front, and infinity's server over HTTP, where --infinity names its
program. --peers are those of bench_peers_model.py; --works are images (in
batches), image (one at a time), captions, of which few begin alike, and prompts
of a zero-shot classifier, which all do.

All take turns, round by round, each for some seconds; a figure is the median of
the rounds, with its smallest and largest, and its ratio to open_clip's bare
float32 model in the same round. Beside each speed stands the accuracy: the
smallest cosine to open_clip's float32 embedding and the largest difference, and
the share of what one packed product of the model's size reaches, which takes
its turn as well.

Prints a table in Markdown; --output writes FILE.json and FILE.png as well. The
server is build/release/server/clip_server or $CLIP_SERVER_BINARY. Needs Python
with open_clip, grpcio and grpcio-tools; onnx, onnxruntime, openvino and
matplotlib where they are used.
"""

import argparse
import collections
import concurrent.futures
import io
import itertools
import json
import pathlib
import platform
import statistics
import sys
import tempfile
import time

import grpc
import numpy as np
import open_clip
import torch
from PIL import Image
from torch.utils.flop_counter import FlopCounterMode

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path += [str(ROOT / "tools"), str(ROOT / "tests/python")]
import bench_peers_model as bare  # noqa: E402
import transformers_folder  # noqa: E402
import verify_model  # noqa: E402
from infinity_server import InfinityServer  # noqa: E402
from running_server import RunningServer  # noqa: E402

SIZE = (640, 480)
PER_CALL = {"image": 1, "text": 4}
# Captions as people write them: no two of a batch are alike, and few begin so.
WHO = ["A man", "Two dogs", "A young woman", "The old fisherman", "Children",
       "A group of tourists", "An elephant", "Three cyclists", "Someone",
       "My brother", "A small plane", "Several birds", "Cars", "A chef",
       "The last train", "People"]
DOES = ["riding a big wave", "waiting for the bus", "next to a red bicycle",
        "looking out of a window", "playing with a frisbee", "eating lunch",
        "covered in snow", "crossing a wooden bridge", "under a large umbrella",
        "in front of a brick wall", "resting on a bench", "near the harbour"]
WHEN = ["at sunset", "on a rainy day", "in the city", "with mountains behind",
        "early in the morning", "before a storm", "in black and white", "",
        "while others watch", "beside a parked truck", "in summer", "at night"]
# A zero-shot classifier's, which all begin alike.
LABELS = ["golden retriever", "fire truck", "grand piano", "hot air balloon",
          "coffee mug", "ice bear", "mountain bike", "palace", "sea lion",
          "traffic light", "volcano", "wooden spoon", "zebra", "accordion",
          "park bench", "digital clock"]
PROMPTS = ["a photo of a {}.", "a photo of a large {}.", "a photo of a small {}.",
           "a blurry photo of a {}.", "a close-up photo of a {}.",
           "a black and white photo of a {}.", "a drawing of a {}.",
           "a painting of a {}."]


def pictures(count, random):
    """Smooth noise, which compresses about as photographs do."""
    files = []
    for _ in range(count):
        coarse = random.integers(0, 256, (30, 40, 3), dtype=np.uint8)
        picture = np.asarray(Image.fromarray(coarse).resize(
            SIZE, Image.BICUBIC), dtype=np.int16)
        picture = picture + random.integers(-12, 13, picture.shape)
        file = io.BytesIO()
        Image.fromarray(picture.clip(0, 255).astype(np.uint8)).save(
            file, "JPEG", quality=85)
        files.append(file.getvalue())
    return files


def captions(random):
    """All there are, about 2,000, in any order."""
    made = [" ".join(filter(None, parts))
            for parts in itertools.product(WHO, DOES, WHEN)]
    random.shuffle(made)
    return made


def prompts():
    """Label by label, as one who builds a classifier asks for them."""
    return [prompt.format(label) for label in LABELS for prompt in PROMPTS]


class Server:
    """A running clip_server, asked by many callers at once."""

    def __init__(self, folder, dtype, stubs, callers):
        self._pb2, pb2_grpc = stubs
        self._running = RunningServer("--model", folder, "--dtype", dtype,
                                      "--device", "cpu", "--lame-duck", "0s")
        self._channel = grpc.insecure_channel(self._running.address)
        self._stub = pb2_grpc.ClipServiceStub(self._channel)
        self._callers = callers

    def images(self, files):
        return self._stub.EncodeImage.future(self._pb2.EncodeImageRequest(
            images=[self._pb2.Image(encoded=file) for file in files]))

    def texts(self, texts):
        return self._stub.EncodeText.future(
            self._pb2.EncodeTextRequest(texts=texts))

    def closed_loop(self, start, items, seconds, per_call, callers=None):
        """Keeps `callers` calls in flight for a time; items a second."""
        waiting = collections.deque()
        done = next_item = 0
        begin = time.perf_counter()
        while time.perf_counter() - begin < seconds:
            while len(waiting) < (callers or self._callers):
                part = [items[(next_item + i) % len(items)]
                        for i in range(per_call)]
                next_item += per_call
                waiting.append(start(part))
            done += len(waiting.popleft().result().embeddings)
        for call in waiting:
            done += len(call.result().embeddings)
        return done / (time.perf_counter() - begin)

    def embeddings(self, start, items):
        return np.array([e.values for e in start(items).result().embeddings])

    def stop(self):
        self._channel.close()
        self._running.stop()


class GemmPeak:
    """What a packed product of the towers' size reaches, in items a second."""

    ROWS, INPUTS, OUTPUTS = 800, 768, 3072

    def __init__(self, dtype, flops_per_item):
        weight = torch.randn(self.OUTPUTS, self.INPUTS).to(dtype)
        self._packed = torch.ops.mkldnn._reorder_linear_weight(
            weight, self.ROWS)
        self._rows = torch.randn(self.ROWS, self.INPUTS).to(dtype)
        self._flops_per_item = flops_per_item

    def __call__(self, seconds):
        flops = 0
        begin = time.perf_counter()
        with torch.inference_mode():
            while time.perf_counter() - begin < seconds:
                torch.ops.mkldnn._linear_pointwise(
                    self._rows, self._packed, None, "none", [], "")
                flops += 2 * self.ROWS * self.INPUTS * self.OUTPUTS
        return flops / (time.perf_counter() - begin) / self._flops_per_item


def flops_of(run, batch):
    with FlopCounterMode(display=False) as counter, torch.inference_mode():
        run(batch)
    return counter.get_total_flops() / len(batch)


def repeated(run, batch):
    """A contender that runs one batch over and over; items a second."""
    def measure(seconds):
        done = 0
        begin = time.perf_counter()
        while time.perf_counter() - begin < seconds or done == 0:
            run(batch)
            done += len(batch)
        return done / (time.perf_counter() - begin)
    return measure


def python_images(model, preprocess, files, threads):
    """Pillow in a thread pool, then the model: what users write."""
    pool = concurrent.futures.ThreadPoolExecutor(threads)

    def run(batch):
        rows = list(pool.map(
            lambda file: preprocess(Image.open(io.BytesIO(file))), batch))
        with torch.inference_mode():
            return model.encode_image(torch.stack(rows), normalize=True)
    return repeated(run, files)


def python_texts(model, tokenizer, texts):
    def run(batch):
        with torch.inference_mode():
            return model.encode_text(tokenizer(batch), normalize=True)
    return repeated(run, texts)


def accuracy(rows, reference):
    rows = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return {"cosine": float((rows * reference).sum(1).min()),
            "difference": float(np.abs(rows - reference).max())}


class Comparison:
    """The contenders of one kind of work, and what they were measured at."""

    def __init__(self, title, reference):
        self.title = title
        self._reference = reference
        self._contenders = {}
        self._speeds = collections.defaultdict(list)
        self._accuracy = {}

    def add(self, name, measure, rows=None):
        self._contenders[name] = measure
        if rows is not None:
            self._accuracy[name] = accuracy(rows, self._reference)

    def run(self, rounds, seconds):
        for measure in self._contenders.values():
            measure(0.5)
        for _ in range(rounds):
            for name, measure in self._contenders.items():
                self._speeds[name].append(measure(seconds))

    def add_peaks(self, run, batch):
        flops = flops_of(run, batch)
        dtypes = [torch.float32]
        if torch.ops.mkldnn._is_mkldnn_bf16_supported():
            dtypes.append(torch.bfloat16)
        for dtype in dtypes:
            name = str(dtype).removeprefix("torch.")
            self.add(PEAK + name, GemmPeak(dtype, flops))

    def rows(self):
        base = self._speeds["open_clip float32, bare"]
        for name, speeds in self._speeds.items():
            ratios = [a / b for a, b in zip(speeds, base)]
            yield {"work": self.title, "name": name,
                   "median": statistics.median(speeds), "min": min(speeds),
                   "max": max(speeds), "ratio": statistics.median(ratios),
                   "ratio_min": min(ratios), "ratio_max": max(ratios),
                   **self._share_of_peak(name, speeds),
                   **self._accuracy.get(name, {})}

    def _share_of_peak(self, name, speeds):
        for dtype in ("bfloat16", "float32"):
            if dtype in name and PEAK + dtype in self._speeds:
                return {"peak": statistics.median(
                    a / b for a, b in zip(speeds, self._speeds[PEAK + dtype]))}
        return {}


def add_bare(comparison, model, kind, example, batch, args, folder):
    made = bare.contenders(model, kind, example, args, folder)
    for name, run in made.items():
        rows = run(batch)
        rows = rows[0] if isinstance(rows, list) else rows
        rows = rows[next(iter(rows))] if hasattr(rows, "keys") else rows
        rows = rows.float().numpy() if torch.is_tensor(rows) else rows
        comparison.add(LONG_NAMES.get(name, name) + ", bare",
                       repeated(run, batch), np.asarray(rows, np.float64))


PEAK = "all of one packed product, "
LONG_NAMES = {"torch.compile f32": "open_clip float32, torch.compile",
              "transformers f32": "transformers float32",
              "open_clip f32": "open_clip float32",
              "open_clip bf16": "open_clip bfloat16",
              "ort f32": "ONNX Runtime float32",
              "openvino f32": "OpenVINO float32",
              "openvino bf16": "OpenVINO bfloat16"}


def add_infinity(comparison, infinity, modality, items, args, callers=None):
    if infinity is None:
        return
    comparison.add(
        "infinity float32",
        lambda seconds: infinity.closed_loop(
            modality, items, seconds, PER_CALL[modality], callers),
        infinity.embeddings(modality, items[:1 if callers else args.batch]))


def add_servers(comparison, servers, infinity, modality, items, args,
                callers=None):
    """infinity, and clip_server in each type."""
    add_infinity(comparison, infinity, modality, items, args, callers)
    for dtype, server in servers.items():
        start = server.images if modality == "image" else server.texts
        comparison.add(
            f"clip_server {dtype}",
            lambda seconds, server=server, start=start: server.closed_loop(
                start, items, seconds, PER_CALL[modality], callers),
            server.embeddings(start, items[:1 if callers else args.batch]))


def reference_images(model, preprocess, files):
    pixels = torch.stack([preprocess(Image.open(io.BytesIO(file)))
                          for file in files])
    with torch.inference_mode():
        return pixels, model.encode_image(pixels, normalize=True).numpy()


def compare_images(model, preprocess, servers, infinity, files, args, folder):
    pixels, reference = reference_images(model, preprocess, files[:args.batch])
    comparison = Comparison(f"images, batches of {args.batch}", reference)
    add_bare(comparison, model, "image", pixels[:2], pixels, args, folder)
    comparison.add("open_clip float32 with Pillow", python_images(
        model, preprocess, files[:args.batch], args.threads))
    comparison.add_peaks(model.encode_image, pixels)
    add_servers(comparison, servers, infinity, "image", files, args)
    return comparison


def compare_one_image(model, preprocess, servers, infinity, files, args,
                      folder):
    pixels, reference = reference_images(model, preprocess, files[:2])
    comparison = Comparison("one image at a time", reference[:1])
    add_bare(comparison, model, "image", pixels, pixels[:1], args, folder)
    add_servers(comparison, servers, infinity, "image", files[:1], args,
                callers=1)
    return comparison


def compare_texts(title, model, tokenizer, servers, infinity, texts, args,
                  folder):
    ids = tokenizer(texts[:args.batch])
    with torch.inference_mode():
        reference = model.encode_text(ids, normalize=True).numpy()
    comparison = Comparison(f"{title}, batches of {args.batch}", reference)
    add_bare(comparison, model, "text", ids[:2], ids, args, folder)
    comparison.add("open_clip float32 with its tokenizer",
                   python_texts(model, tokenizer, texts[:args.batch]))
    add_servers(comparison, servers, infinity, "text", texts, args)
    return comparison


def table(rows):
    lines = ["| work | contender | items/s | lowest to highest | ratio | "
             "lowest to highest | of peak | cosine | difference |",
             "|---|---|---|---|---|---|---|---|---|"]
    for row in rows:
        peak = f"{row['peak']:.0%}" if "peak" in row else ""
        close = (f"{row['cosine']:.6f} | {row['difference']:.1e}"
                 if "cosine" in row else " | ")
        lines.append(
            f"| {row['work']} | {row['name']} | {row['median']:.1f} | "
            f"{row['min']:.1f} to {row['max']:.1f} | {row['ratio']:.2f} | "
            f"{row['ratio_min']:.2f} to {row['ratio_max']:.2f} | {peak} | "
            f"{close} |")
    return "\n".join(lines)


def draw(rows, path):
    from matplotlib import pyplot
    works = list(dict.fromkeys(row["work"] for row in rows))
    figure, axes = pyplot.subplots(len(works), 1, figsize=(9, 3 * len(works)),
                                   layout="constrained")
    for work, axis in zip(works, np.atleast_1d(axes)):
        part = [row for row in rows if row["work"] == work][::-1]
        colours = ["tab:blue" if row["name"].startswith("clip_server")
                   else "tab:gray" for row in part]
        axis.barh([row["name"] for row in part],
                  [row["median"] for row in part], color=colours,
                  xerr=[[row["median"] - row["min"] for row in part],
                        [row["max"] - row["median"] for row in part]])
        axis.set_title(f"{work}: items a second")
    figure.savefig(path, dpi=110)


def machine():
    name = platform.processor()
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            name = line.split(":")[1].strip()
            break
    return f"{name}, {torch.get_num_threads()} threads"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--dtypes", default="float32,bfloat16,int8")
    parser.add_argument(
        "--peers", default="eager,compile,transformers,ort,openvino")
    parser.add_argument("--works", default="images,image,captions,prompts")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--callers", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--threads", type=int,
                        default=torch.get_num_threads())
    parser.add_argument("--infinity", help="the program infinity_emb")
    parser.add_argument("--output")
    args = parser.parse_args()
    args.peers = args.peers.split(",")
    args.works = args.works.split(",")
    return args


def start_infinity(args, model, tokenizer, folder):
    if args.infinity is None:
        return None
    folder = pathlib.Path(folder) / "for_infinity"
    folder.mkdir()
    transformers_folder.write(
        model, bare.read_config(args.folder), tokenizer, folder,
        open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD)
    return InfinityServer(args.infinity, str(folder), args.callers)


def compare(args, folder):
    """The rows of the table; `folder` is for what the contenders write."""
    random = np.random.default_rng(0)
    model, _, preprocess = open_clip.create_model_and_transforms(
        f"local-dir:{args.folder}")
    model.eval()
    tokenizer = open_clip.get_tokenizer(f"local-dir:{args.folder}")
    stubs = verify_model.stubs()
    servers = {dtype: Server(args.folder, dtype, stubs, args.callers)
               for dtype in args.dtypes.split(",")}
    infinity = start_infinity(args, model, tokenizer, folder)
    files = pictures(64, random)
    images = (model, preprocess, servers, infinity, files, args, folder)
    texts = (model, tokenizer, servers, infinity)
    works = {
        "images": lambda: compare_images(*images),
        "image": lambda: compare_one_image(*images),
        "captions": lambda: compare_texts("captions", *texts, captions(random),
                                          args, folder),
        "prompts": lambda: compare_texts("prompts", *texts, prompts(), args,
                                         folder)}
    rows = []
    for work in args.works:
        comparison = works[work]()
        comparison.run(args.rounds, args.seconds)
        rows += comparison.rows()
    for server in (*servers.values(), *([infinity] if infinity else [])):
        server.stop()
    return rows


def main():
    args = parse_arguments()
    torch.set_num_threads(args.threads)
    with tempfile.TemporaryDirectory() as folder:
        rows = compare(args, folder)
    print(f"{machine()}; {args.rounds} rounds of {args.seconds} s\n")
    print(table(rows))
    if args.output:
        pathlib.Path(args.output + ".json").write_text(json.dumps(
            {"machine": machine(), "rows": rows}, indent=1))
        draw(rows, args.output + ".png")


if __name__ == "__main__":
    main()
