"""Goldens of timm's hierarchical image models: ConvNeXt, FastViT, Swin.

Writes to timm_convolutional/:
  CASE.safetensors  what a tiny model of the class computes (see hashed.py)
    eval.features, eval.gradients, intermediates.N, and for batch norm
    train.features, train.gradients and train.statistics
    groups          the group of each parameter, in the order of the names
  keys.txt          for each model of the tables: name, digest of its keys
"""

import timm
import torch
from safetensors.torch import save_file
from timm.models import convnext, fastvit, swin_transformer
from timm.models._manipulate import group_parameters

from goldens import hashed

CASES = {
    "convnext": (
        lambda: convnext.ConvNeXt(depths=(1, 1, 2, 1), dims=(8, 8, 12, 16),
                                  num_classes=0),
        (2, 3, 40, 72)),
    "convnext_classifier": (
        lambda: convnext.ConvNeXt(depths=(1, 2, 1, 1), dims=(4, 8, 8, 8),
                                  num_classes=6, norm_eps=1e-2),
        (2, 3, 32, 32)),
}
MODELS = (
    "convnext_tiny", "convnext_small", "convnext_base", "convnext_large",
    "convnext_xlarge", "convnext_xxlarge",
)


def statistics(model):
    return torch.cat([buffer.flatten().float()
                      for name, buffer in sorted(model.named_buffers())
                      if "running" in name])


def make_case(build, pixel_shape):
    model = build()
    hashed.fill(model)
    pixels = hashed.uniform("pixels", pixel_shape).float()
    golden = {}
    model.eval()
    features = model(pixels)
    golden["eval.features"] = features.detach()
    golden["eval.gradients"] = hashed.gradients(
        model, hashed.weighted_sum(features))
    with torch.no_grad():
        _, maps = model.forward_intermediates(pixels, norm=True)
    for i, values in enumerate(maps):
        golden[f"intermediates.{i}"] = values.contiguous()
    groups = group_parameters(model, model.group_matcher(), reverse=True)
    golden["groups"] = torch.tensor(
        [groups[name] for name, _ in sorted(model.named_parameters())])
    if any("running" in name for name, _ in model.named_buffers()):
        model.train()
        features = model(pixels)
        golden["train.features"] = features.detach()
        golden["train.gradients"] = hashed.gradients(
            model, hashed.weighted_sum(features))
        golden["train.statistics"] = statistics(model)
    return golden


def main(output_dir):
    folder = output_dir / "timm_convolutional"
    folder.mkdir(parents=True, exist_ok=True)
    for case, (build, pixel_shape) in CASES.items():
        save_file(make_case(build, pixel_shape),
                  folder / f"{case}.safetensors")
    lines = []
    for name in MODELS:
        with torch.device("meta"):
            model = timm.create_model(name, num_classes=0)
        lines.append(f"{name} {hashed.key_digest(model.state_dict())}\n")
    (folder / "keys.txt").write_text("".join(lines))
