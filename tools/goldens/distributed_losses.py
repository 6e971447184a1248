"""Goldens of open_clip's losses over three processes.

Writes losses/distributed.safetensors. Each process has two of the six rows of
losses/losses.safetensors, in the order of the ranks. For each loss, CASE, and
process, RANK: its terms (CASE.RANK.TERM) and the gradients of their sum with
regard to its own inputs (CASE.RANK.grad.INPUT), before any mean over the
processes.
"""

import itertools
import pathlib
import tempfile

import safetensors.torch
import torch
import torch.distributed as dist
import torch.multiprocessing
from open_clip import loss as losses

from goldens.losses import PAIR, random_inputs

WORLD = 3
PER_ROW = {"image_features", "text_features", "dist_image_features",
           "dist_text_features", "logits", "labels"}


def make_cases(rank):
    world = {"rank": rank, "world_size": WORLD}
    for local, with_grad in itertools.product((False, True), repeat=2):
        name = "clip" + "_local" * local + "_grad" * with_grad
        yield name, losses.ClipLoss(local_loss=local,
                                    gather_with_grad=with_grad, **world), PAIR
    both = {"local_loss": True, "gather_with_grad": True, **world}
    yield "siglip", losses.SigLipLoss(**world), PAIR + ("logit_bias",)
    yield "coca", losses.CoCaLoss(
        caption_loss_weight=2.0, clip_loss_weight=0.5,
        **both), PAIR + ("logits", "labels")
    yield "distill", losses.DistillClipLoss(**both), PAIR + (
        "dist_image_features", "dist_text_features", "dist_logit_scale")


def run_case(loss, arguments, rank):
    inputs = {key: value.clone() for key, value in random_inputs().items()
              if key in arguments}
    for key in PER_ROW & inputs.keys():
        rows = inputs[key].shape[0] // WORLD
        inputs[key] = inputs[key][rank * rows:(rank + 1) * rows].contiguous()
    learned = [key for key in inputs if inputs[key].is_floating_point()
               and not key.startswith("dist_")]
    for key in learned:
        inputs[key].requires_grad_()
    terms = loss(**inputs, output_dict=True)
    sum(terms.values()).backward()
    results = {name: value.detach() for name, value in terms.items()}
    results.update((f"grad.{key}", inputs[key].grad) for key in learned)
    return results


def run_rank(rank, folder):
    dist.init_process_group("gloo", init_method=f"file://{folder}/store",
                            rank=rank, world_size=WORLD)
    results = {}
    for name, loss, arguments in make_cases(rank):
        for key, value in run_case(loss, arguments, rank).items():
            results[f"{name}.{rank}.{key}"] = value.contiguous()
    safetensors.torch.save_file(results, f"{folder}/{rank}.safetensors")
    dist.destroy_process_group()


def main(output_dir: pathlib.Path):
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        torch.multiprocessing.spawn(run_rank, (folder,), nprocs=WORLD)
        for rank in range(WORLD):
            results.update(
                safetensors.torch.load_file(f"{folder}/{rank}.safetensors"))
    (output_dir / "losses").mkdir(exist_ok=True)
    safetensors.torch.save_file(
        results, output_dir / "losses" / "distributed.safetensors")
