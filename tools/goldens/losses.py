"""Goldens of training: open_clip's losses and the curves of short runs.

Writes losses/losses.safetensors: random inputs, and for each loss class its
terms and the gradients of their sum (LOSS.TERM, LOSS.grad.INPUT).

Writes losses/curves.safetensors: three batches (pixels, ids), and for each
run the loss before each of 20 steps (RUN.loss) that fine-tune the model of
model/vit with open_clip's loss and schedule and torch's AdamW. Batches take
turns. Decay spares what open_clip 4 spares: parameters of at most one
dimension and the model's no_weight_decay().
"""

import math
import pathlib

import open_clip
import safetensors.torch
import torch
from open_clip import loss as losses
from open_clip_train.scheduler import cosine_lr

STEPS = 20
LR, WARMUP, DECAY = 5e-3, 4, 0.2


def random_features(generator, rows=6, width=8):
    features = torch.randn(rows, width, generator=generator)
    return torch.nn.functional.normalize(features, dim=-1)


def random_inputs():
    generator = torch.Generator().manual_seed(1)
    inputs = {name: random_features(generator) for name in (
        "image_features", "text_features",
        "dist_image_features", "dist_text_features")}
    inputs["logit_scale"] = torch.tensor(7.5)
    inputs["logit_bias"] = torch.tensor(-1.25)
    inputs["dist_logit_scale"] = torch.tensor(20.0)
    inputs["logits"] = torch.randn(6, 5, 11, generator=generator)
    labels = torch.randint(0, 11, (6, 5), generator=generator)
    labels[:, 4] = 0
    inputs["labels"] = labels
    return inputs


PAIR = ("image_features", "text_features", "logit_scale")
LOSSES = {
    "clip": (losses.ClipLoss(), PAIR),
    "clip_bias": (losses.ClipLoss(), PAIR + ("logit_bias",)),
    "siglip": (losses.SigLipLoss(), PAIR + ("logit_bias",)),
    "coca": (losses.CoCaLoss(caption_loss_weight=2.0, clip_loss_weight=0.5),
             PAIR + ("logits", "labels")),
    "distill": (losses.DistillClipLoss(), PAIR + (
        "dist_image_features", "dist_text_features", "dist_logit_scale")),
}


def make_losses():
    tensors = random_inputs()
    results = {}
    for name, (loss, arguments) in LOSSES.items():
        inputs = {key: tensors[key].clone() for key in arguments}
        learned = [key for key in arguments
                   if inputs[key].is_floating_point()
                   and not key.startswith("dist_")]
        for key in learned:
            inputs[key].requires_grad_()
        terms = loss(**inputs, output_dict=True)
        sum(terms.values()).backward()
        for term, value in terms.items():
            results[f"{name}.{term}"] = value.detach()
        for key in learned:
            results[f"{name}.grad.{key}"] = inputs[key].grad
    return {**tensors, **results}


def make_batches(batches=3, rows=6):
    generator = torch.Generator().manual_seed(2)
    pixels = torch.randn(batches, rows, 3, 16, 16, generator=generator)
    ids = torch.randint(1, 38, (batches, rows, 20), generator=generator)
    # The largest id ends a text.
    ids[:, :, 12] = 39
    ids[:, :, 13:] = 0
    return pixels, ids


def load_model(folder):
    model, _, _ = open_clip.create_model_and_transforms(f"local-dir:{folder}")
    return model.train()


def make_optimizer(model):
    spared = model.no_weight_decay()
    groups = {True: [], False: []}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            plain = parameter.ndim <= 1 or name in spared
            groups[plain].append(parameter)
    return torch.optim.AdamW(
        [{"params": groups[True], "weight_decay": 0.0},
         {"params": groups[False], "weight_decay": DECAY}],
        lr=LR, betas=(0.9, 0.98), eps=1e-6)


def forward(model, pixels, ids):
    images, texts, scale, *bias = model(pixels, ids)
    return images, texts, scale, bias


def backward_once(model, loss, batch):
    images, texts, scale, bias = forward(model, *batch)
    value = loss(images, texts, scale, *bias)
    value.backward()
    return value


def backward_accumulated(model, loss, batches):
    """As open_clip's train_one_epoch with --accum-freq."""
    with torch.no_grad():
        cached = [forward(model, *batch) for batch in batches]
    for index, batch in enumerate(batches):
        images, texts, scale, bias = forward(model, *batch)
        replace = lambda own, part: torch.cat(
            [own if i == index else other[part]
             for i, other in enumerate(cached)])
        value = loss(replace(images, 0), replace(texts, 1), scale, *bias)
        value.backward()
    return value


def run(folder, batches, loss, accumulate=1, clip_norm=None, lock=False):
    model = load_model(folder)
    if lock:
        model.lock_image_tower(unlocked_groups=1)
    optimizer = make_optimizer(model)
    schedule = cosine_lr(optimizer, LR, WARMUP, STEPS)
    curve, at = [], 0
    for step in range(STEPS):
        schedule(step)
        optimizer.zero_grad()
        taken = [batches[(at + i) % len(batches)] for i in range(accumulate)]
        at += accumulate
        if accumulate == 1:
            value = backward_once(model, loss, taken[0])
        else:
            value = backward_accumulated(model, loss, taken)
        curve.append(value.item())
        if clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip_norm)
        optimizer.step()
        with torch.no_grad():
            model.logit_scale.clamp_(0, math.log(100))
    return torch.tensor(curve, dtype=torch.float64)


def make_curves(output_dir):
    pixels, ids = make_batches()
    batches = list(zip(pixels, ids))
    vit = output_dir / "model" / "vit"
    biased = output_dir / "model" / "vit_logit_bias"
    clip = losses.ClipLoss()
    return {
        "pixels": pixels,
        "ids": ids,
        "plain.loss": run(vit, batches, clip),
        "accumulated.loss": run(vit, batches, clip, accumulate=3),
        "clipped.loss": run(vit, batches, clip, clip_norm=0.05),
        "locked.loss": run(vit, batches, clip, lock=True),
        "siglip.loss": run(biased, batches, losses.SigLipLoss()),
    }


def main(output_dir: pathlib.Path):
    folder = output_dir / "losses"
    folder.mkdir(exist_ok=True)
    for name, tensors in (("losses", make_losses()),
                          ("curves", make_curves(output_dir))):
        contiguous = {key: value.contiguous()
                      for key, value in tensors.items()}
        safetensors.torch.save_file(contiguous,
                                    folder / f"{name}.safetensors")
