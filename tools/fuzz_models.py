#!/usr/bin/env python3
"""Compares random small models, as a server serves them, with open_clip.

    tools/fuzz_models.py [--seed N] [--models N]

Draws configs with all of the native towers' switches in random combinations,
for CLIP, CustomTextCLIP and CoCa, gives them random weights, saves them as hub
folders, serves all of them by one server and compares normalized embeddings
and logits. Prints a line for each config that differs (above 2e-4 or 1e-2) or
that is refused, and a count. Exits with 1 where one differs.

The server is build/release/server/clip_server or $CLIP_SERVER_BINARY. Needs
Python with open_clip, grpcio and grpcio-tools.
"""

import argparse
import json
import pathlib
import random
import sys
import tempfile

import grpc
import torch
from open_clip import coca_model, model as open_clip_model

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path += [str(ROOT / "tools"), str(ROOT / "tests/python")]
import verify_model  # noqa: E402
from goldens.models import randomize  # noqa: E402
from running_server import RunningServer  # noqa: E402
from safetensors.torch import save_file  # noqa: E402

CLASSES = {"CLIP": open_clip_model.CLIP,
           "CustomTextCLIP": open_clip_model.CustomTextCLIP,
           "CoCa": coca_model.CoCa}
FILES = ("open_clip_model.safetensors", "open_clip_config.json")


def sometimes(draw, options, **choices):
    """Puts each of `choices` into `options` with a chance of one in three."""
    for name, values in choices.items():
        if draw.random() < 1 / 3:
            options[name] = draw.choice(values)


def draw_transformer(draw, options):
    sometimes(draw, options, mlp_ratio=[2.0, 3.7362, 4.3637],
              ls_init_value=[1e-4, 0.5], norm_kwargs=[{"eps": 1e-3}],
              act_kwargs=[{"approximate": "tanh"}])


def draw_vision(draw):
    if draw.random() < 0.2:
        return {"image_size": draw.choice([32, 64, 96]), "patch_size": None,
                "layers": [draw.randint(1, 3) for _ in range(4)],
                "width": draw.choice([2, 4]), "head_width": 16}
    head = draw.choice([4, 8, 20])
    options = {"width": head * draw.randint(1, 4), "head_width": head,
               "layers": draw.randint(1, 4),
               "patch_size": draw.choice([4, 7, 8]),
               "image_size": draw.choice([16, 28, 33, [24, 20]])}
    draw_transformer(draw, options)
    sometimes(draw, options, no_ln_pre=[True], pool_type=["tok", "avg"],
              final_ln_after_pool=[True], block_type=["custom"],
              output_tokens=[False], patch_dropout=[0.5])
    return options


def draw_text(draw):
    heads = draw.choice([1, 2, 4])
    options = {"context_length": draw.randint(4, 40),
               "vocab_size": draw.randint(30, 90),
               "width": heads * draw.choice([4, 8, 12]), "heads": heads,
               "layers": draw.randint(1, 4)}
    draw_transformer(draw, options)
    sometimes(draw, options, no_causal_mask=[True], proj_bias=[True],
              pool_type=["first", "last", "argmax", "eos"])
    if options.get("pool_type") == "eos":
        options["eos_id"] = 2
    return options


def draw_config(draw):
    """The class, and its arguments as a hub folder has them."""
    kind = draw.choice(list(CLASSES))
    config = {"embed_dim": draw.choice([8, 12, 30]),
              "vision_cfg": draw_vision(draw), "text_cfg": draw_text(draw)}
    sometimes(draw, config, quick_gelu=[True])
    if kind == "CoCa":
        config["custom_text"] = True
        draw_coca(draw, config)
        return kind, config
    sometimes(draw, config, init_logit_bias=[-10.0],
              nonscalar_logit_scale=[True])
    if kind == "CustomTextCLIP":
        config["custom_text"] = True
        sometimes(draw, config["text_cfg"], embed_cls=[True])
        if config["text_cfg"].get("embed_cls"):
            config["text_cfg"]["pad_id"] = 0
    return kind, config


def draw_coca(draw, config):
    vision, text = config["vision_cfg"], config["text_cfg"]
    while vision["patch_size"] is None:  # CoCa has no ResNet
        vision = config["vision_cfg"] = draw_vision(draw)
    vision["output_tokens"] = text["output_tokens"] = True
    text.update(embed_cls=True, pad_id=0)
    text.pop("pool_type", None)
    width = text["width"]
    if draw.random() < 0.7:
        config["embed_dim"] = 8 * draw.randint(1, 3)
        vision.update(attentional_pool=True, attn_pooler_heads=8,
                      attn_pooler_queries=draw.randint(2, 9))
        # The decoder reads the image tokens as they are.
        width = config["embed_dim"]
    else:
        width = vision["width"]
    text["width"], text["heads"] = width, 2
    config["multimodal_cfg"] = {
        "context_length": text["context_length"], "width": width,
        "vocab_size": text["vocab_size"], "layers": draw.randint(1, 2),
        "heads": 2, "mlp_ratio": 4}


def create(kind, config, seed):
    model = CLASSES[kind](**json.loads(json.dumps(
        {k: v for k, v in config.items() if k != "custom_text"})))
    model.eval()
    randomize(model, torch.Generator().manual_seed(seed))
    return model


def save(model, config, folder):
    folder.mkdir()
    tensors = {k: v.contiguous() for k, v in model.state_dict().items()}
    save_file(tensors, folder / FILES[0])
    (folder / FILES[1]).write_text(json.dumps({
        "model_cfg": config,
        "preprocess_cfg": {"mean": [0.5] * 3, "std": [0.5] * 3}}))


def make_models(draw, count, root):
    """Folders, and what open_clip says of them; what it refuses is left out."""
    cases = []
    while len(cases) < count:
        kind, config = draw_config(draw)
        try:
            model = create(kind, config, len(cases))
            inputs = verify_model.random_input(model, config)
            case = (kind, config, inputs,
                    verify_model.expect(model, config, inputs, encoded=False))
        except (RuntimeError, AssertionError, TypeError, ValueError,
                AttributeError, IndexError) as error:
            print(f"open_clip cannot: {type(error).__name__}: {error}; "
                  f"{kind} {json.dumps(config)}"[:300])
            continue
        save(model, config, root / f"m{len(cases)}")
        cases.append(case)
    return cases


def refused(folder):
    """Why a server does not load the model, or nothing."""
    try:
        with RunningServer("--model", str(folder), "--device", "cpu",
                           "--lame-duck", "0s") as running:
            running.stop()
    except RuntimeError as error:
        return str(error).strip().rsplit("\n", 1)[-1]
    return ""


def compare(channel, name, case, stubs):
    """The largest difference of the embeddings, and whether all is equal."""
    _, _, inputs, expected = case
    server = verify_model.Server(channel, *stubs, model=name)
    worst = verify_model.differences(server, stubs[0], inputs, expected)
    embeddings = max(worst["pixels"], worst["ids"])
    return embeddings, embeddings <= 2e-4 and worst["logits"] <= 1e-2


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--models", type=int, default=40)
    arguments = parser.parse_args()
    stubs = verify_model.stubs()
    wrong = worst = 0
    with tempfile.TemporaryDirectory() as temporary:
        root = pathlib.Path(temporary)
        cases = make_models(random.Random(arguments.seed), arguments.models,
                            root)
        served = {}
        for i, case in enumerate(cases):
            why = refused(root / f"m{i}")
            if why:
                print(f"refused: {why}; {case[0]} {json.dumps(case[1])}")
            else:
                served[f"m{i}"] = case
        flags = [part for name in served
                 for part in ("--model", f"{name}={root / name}")]
        with RunningServer(*flags, "--device", "cpu", "--lame-duck",
                           "0s") as running, \
                grpc.insecure_channel(running.address) as channel:
            for name, case in served.items():
                try:
                    difference, equal = compare(channel, name, case, stubs)
                except ValueError as error:
                    print(f"says nothing: {error}")
                    continue
                worst = max(worst, difference)
                if not equal:
                    wrong += 1
                    print(f"differs by {difference}: {case[0]} "
                          f"{json.dumps(case[1])}")
            running.stop()
    print(f"{len(served)} of {len(cases)} served, {wrong} differ; "
          f"largest difference of embeddings {worst:.1e}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
