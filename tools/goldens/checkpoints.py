"""Goldens of the checkpoint formats: tiny files as others write them.

Writes to checkpoint/ what torch.save, torch.jit.save and transformers make of
tiny random models, and beside each file FILE.safetensors: the tensors that a
reader must find, in plain order.
"""

import collections
import pathlib
import types

import open_clip
import safetensors.torch
import torch
from open_clip import model as open_clip_model

from goldens import hf_checkpoints, mobile_clip_keys


def save_expected(path, tensors):
    safetensors.torch.save_file(
        {name: tensor.detach().clone().contiguous()
         for name, tensor in tensors.items()}, path)


def state_dict(generator):
    """Every element type, and every way to lie in a storage."""
    base = torch.randn((4, 6), generator=generator)
    cube = torch.randn((2, 3, 4), generator=generator)
    return collections.OrderedDict({
        "float32": base,
        "shares_storage": base[1:3],
        "transposed": base.t(),
        "column": base[:, 2],
        "step": base[::2, 1::2],
        "permuted": cube.permute(2, 0, 1),
        "channels_last": torch.randn((2, 3, 2, 2), generator=generator).to(
            memory_format=torch.channels_last),
        "scalar": torch.tensor(2.5),
        "one": torch.tensor([2.5]),
        "empty": torch.empty((0, 3)),
        "parameter": torch.nn.Parameter(cube.clone()),
        "float16": base.half(),
        "bfloat16": base.bfloat16(),
        "float64": base.double(),
        "int64": torch.tensor([1, -2, 3]),
        "int32": torch.tensor([1, -2, 3], dtype=torch.int32),
        "int16": torch.tensor([1, -2, 3], dtype=torch.int16),
        "int8": torch.tensor([1, -2, 3], dtype=torch.int8),
        "uint8": torch.tensor([1, 2, 3], dtype=torch.uint8),
        "bool": torch.tensor([True, False]),
    })


class TinyModule(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(2, 3)
        self.stack = torch.nn.Sequential(torch.nn.Linear(3, 2))
        self.scale = torch.nn.Parameter(torch.tensor(1.5))
        self.register_buffer("context_length", torch.tensor(77))

    def forward(self, x):
        return self.stack(self.first(x)) * self.scale


def training_checkpoint():
    """What open_clip's training writes, after one step of AdamW."""
    model = TinyModule()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    model(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    plain = model.state_dict()
    return plain, {
        "epoch": 3,
        "name": "tiny",
        "state_dict": collections.OrderedDict(
            (f"module.{name}", tensor) for name, tensor in plain.items()),
        "state_dict_ema": collections.OrderedDict(
            (name, tensor * 2) for name, tensor in plain.items()),
        "optimizer": optimizer.state_dict(),
        "scaler": {"scale": 65536.0, "growth_interval": 2000},
        "global_step": 7,
    }


def make_torch_files(folder):
    generator = torch.Generator().manual_seed(1)
    torch.manual_seed(1)
    tensors = state_dict(generator)
    torch.save(tensors, folder / "state_dict.pt")
    torch.save(dict(tensors), folder / "protocol4.pt", pickle_protocol=4)
    save_expected(folder / "state_dict.safetensors", tensors)
    torch.save({"a": torch.ones(1)}, folder / "legacy.pt",
               _use_new_zipfile_serialization=False)

    plain, checkpoint = training_checkpoint()
    torch.save(checkpoint, folder / "training.pt")
    save_expected(folder / "training.safetensors", plain)

    module = TinyModule()
    torch.jit.save(torch.jit.script(module), folder / "torch_script.pt")
    save_expected(folder / "torch_script.safetensors", module.state_dict())


def make_resized(path):
    """Position embeddings before and after open_clip's resize, and what a
    model of tests/golden/model computes at another size."""
    generator = torch.Generator().manual_seed(5)
    golden = {}
    for name, size in (("smaller", (3, 4)), ("larger", (7, 9))):
        old = torch.randn((26, 4), generator=generator)
        tensors = {"visual.positional_embedding": old}
        visual = types.SimpleNamespace(grid_size=size)
        open_clip_model.resize_pos_embed(
            tensors, types.SimpleNamespace(visual=visual))
        golden[f"image.{name}.before"] = old
        golden[f"image.{name}.after"] = tensors["visual.positional_embedding"]
    for name, size in (("smaller", 7), ("larger", 20)):
        old = torch.randn((12, 4), generator=generator)
        tensors = {"positional_embedding": old}
        open_clip_model.resize_text_pos_embed(
            tensors, types.SimpleNamespace(
                positional_embedding=torch.empty((size, 4))))
        golden[f"text.{name}.before"] = old
        golden[f"text.{name}.after"] = tensors["positional_embedding"]
    model = open_clip.create_model(
        f"local-dir:{path.parent.parent / 'model' / 'vit'}",
        force_image_size=40).eval()
    golden["pixels"] = torch.randn((1, 3, 40, 40), generator=generator)
    with torch.inference_mode():
        golden["images"] = model.encode_image(golden["pixels"], normalize=True)
    save_expected(path, golden)


def main(output_dir):
    folder = pathlib.Path(output_dir) / "checkpoint"
    folder.mkdir(parents=True, exist_ok=True)
    make_torch_files(folder)
    make_resized(folder / "resized.safetensors")
    hf_checkpoints.make(folder)
    mobile_clip_keys.make(folder)
