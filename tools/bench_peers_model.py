#!/usr/bin/env python3
"""Times open_clip, transformers, ONNX Runtime and OpenVINO on a model folder,
bare: tensors in, embeddings out.

    tools/bench_peers_model.py DIR [--threads 1] [--batch 1,8,32] [--peers ...]

Peers: eager, compile (torch.compile), transformers, ort, openvino. Needs
open_clip, and for the others transformers, onnx, onnxruntime and openvino, in
the Python that runs it. The peers take turns, round by round; a line is the median
of the rounds by the clock and by processor time, as tests/benchmarks/model
prints it. Run both side by side, or one after the other on a quiet machine.
"""

import argparse
import json
import pathlib
import statistics
import sys
import tempfile
import time

import numpy as np
import open_clip
import torch

sys.path.append(str(pathlib.Path(__file__).resolve().parent))
import transformers_folder  # noqa: E402


def read_config(folder):
    path = pathlib.Path(folder) / "open_clip_config.json"
    return json.loads(path.read_text())["model_cfg"]


def load(folder):
    folder = pathlib.Path(folder)
    config = read_config(folder)
    model = open_clip.CLIP(**config) if "custom_text" not in config \
        else open_clip.CustomTextCLIP(**config)
    open_clip.load_checkpoint(model, str(folder / "open_clip_model.safetensors"))
    return model.eval(), config


class Tower(torch.nn.Module):
    def __init__(self, model, kind):
        super().__init__()
        self.model = model
        self.kind = kind

    def forward(self, x):
        if self.kind == "image":
            return self.model.encode_image(x)
        return self.model.encode_text(x)


def export(model, kind, example, folder):
    path = pathlib.Path(folder) / f"{kind}.onnx"
    with torch.no_grad():
        torch.onnx.export(
            Tower(model, kind), (example,), str(path), dynamo=False,
            input_names=["x"], output_names=["y"], opset_version=17,
            dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})
    return path


def eager(model, kind, dtype):
    import copy
    converted = copy.deepcopy(model)
    if dtype != torch.float32:
        open_clip.convert_weights_to_lp(converted, dtype)
    tower = Tower(converted, kind)

    def run(x):
        with torch.inference_mode():
            return tower(x.to(dtype) if kind == "image" else x)
    return run


def compiled(model, kind):
    """torch.compile as a user writes it: one graph for each batch size."""
    tower = torch.compile(Tower(model, kind), dynamic=False)

    def run(x):
        with torch.inference_mode():
            return tower(x)
    return run


def transformers_clip(model, kind, model_cfg, folder):
    """The same weights in transformers' own class."""
    from transformers import CLIPModel
    folder = pathlib.Path(folder) / "transformers"
    folder.mkdir(exist_ok=True)
    transformers_folder.write(
        model, model_cfg, open_clip.get_tokenizer("ViT-B-32"), folder,
        open_clip.OPENAI_DATASET_MEAN, open_clip.OPENAI_DATASET_STD)
    theirs = CLIPModel.from_pretrained(folder).eval()

    def run(x):
        with torch.inference_mode():
            rows = (theirs.get_image_features(pixel_values=x)
                    if kind == "image" else theirs.get_text_features(
                        input_ids=x))
            # A tensor up to version 4, an output object from version 5.
            return getattr(rows, "pooler_output", rows)
    return run


def onnx_runtime(path, threads):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"])
    return lambda x: session.run(None, {"x": x.numpy()})


def openvino(path, threads, precision):
    import openvino as ov
    core = ov.Core()
    compiled = core.compile_model(
        core.read_model(str(path)), "CPU",
        {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY",
         "INFERENCE_PRECISION_HINT": precision})
    request = compiled.create_infer_request()
    return lambda x: request.infer({"x": x.numpy()})


def contenders(model, kind, example, args, folder):
    """Name -> function of a batch."""
    made = {}
    if "eager" in args.peers:
        made["open_clip f32"] = eager(model, kind, torch.float32)
        made["open_clip bf16"] = eager(model, kind, torch.bfloat16)
    if "compile" in args.peers:
        made["torch.compile f32"] = compiled(model, kind)
    if "transformers" in args.peers:
        made["transformers f32"] = transformers_clip(
            model, kind, read_config(args.folder), folder)
    if {"ort", "openvino"} & set(args.peers):
        path = export(model, kind, example, folder)
        if "ort" in args.peers:
            made["ort f32"] = onnx_runtime(path, args.threads)
        if "openvino" in args.peers:
            made["openvino f32"] = openvino(path, args.threads, "f32")
            made["openvino bf16"] = openvino(path, args.threads, "bf16")
    return made


def race(title, made, batch, rounds):
    n = batch.shape[0]
    times = {name: [] for name in made}
    for run in made.values():
        run(batch)
    for _ in range(rounds):
        for name, run in made.items():
            wall, used = time.perf_counter(), time.process_time()
            run(batch)
            times[name].append((time.perf_counter() - wall,
                                time.process_time() - used))
    for name, rows in times.items():
        wall = statistics.median(row[0] for row in rows)
        used = statistics.median(row[1] for row in rows)
        print(f"{title:18} {name:15} {n / wall:9.1f}/s, {n / used:9.1f} by "
              f"processor time, {1e3 * wall:8.2f} ms", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batch", default="1,8,32")
    parser.add_argument("--peers", default="eager,ort,openvino")
    parser.add_argument("--kinds", default="image,text")
    args = parser.parse_args()
    args.peers = args.peers.split(",")
    torch.set_num_threads(args.threads)
    model, config = load(args.folder)
    rng = np.random.default_rng(0)
    size = config["vision_cfg"]["image_size"]
    length = config["text_cfg"].get("context_length", 77)
    for kind in args.kinds.split(","):
        with tempfile.TemporaryDirectory() as folder:
            if kind == "image":
                def make(n):
                    return torch.from_numpy(rng.standard_normal(
                        (n, 3, size, size), dtype=np.float32))
            else:
                def make(n):
                    ids = torch.zeros((n, length), dtype=torch.int64)
                    ids[:, :12] = torch.arange(12) * 7 + 1
                    ids[:, 12] = config["text_cfg"].get("vocab_size", 49408) - 1
                    return ids
            made = contenders(model, kind, make(2), args, folder)
            for n in map(int, args.batch.split(",")):
                race(f"{kind}s, batch {n}", made, make(n), args.rounds)


if __name__ == "__main__":
    main()
