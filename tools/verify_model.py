#!/usr/bin/env python3
"""Compares a served model, full size, with open_clip.

    tools/verify_model.py CONFIG...

For each of open_clip's configs: makes a model whose every parameter is random,
saves it as a hub folder, serves that, sends pixels and token ids, and prints
the largest difference of the normalized embeddings and of the logits. Exits
with 1 where one is above 2e-4 or 1e-2.

The server is build/release/server/clip_server or $CLIP_SERVER_BINARY. Needs
Python with open_clip, grpcio and grpcio-tools, and room for three such models. A config with a Hugging Face text tower takes its sizes from
tools/goldens/hf_text.py; nothing is fetched.
"""

import argparse
import copy
import importlib
import pathlib
import sys
import tempfile
from unittest import mock

import grpc
import grpc_tools
import numpy
import open_clip
import torch
from grpc_tools import protoc
from open_clip import factory, hf_model
from open_clip.push_to_hf_hub import save_config_for_hf
from safetensors.torch import save_file

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path += [str(ROOT / "tools"), str(ROOT / "tests/python")]
from goldens.hf_text import MODELS, from_config  # noqa: E402
from goldens.models import randomize  # noqa: E402
from running_server import RunningServer  # noqa: E402

PREPROCESS = {"mean": (0.5,) * 3, "std": (0.5,) * 3}


def stubs():
    out = tempfile.mkdtemp()
    include = pathlib.Path(grpc_tools.__file__).parent / "_proto"
    assert protoc.main([
        "protoc", f"-I{ROOT / 'proto'}", f"-I{include}", f"--python_out={out}",
        f"--grpc_python_out={out}", "clip/v1/clip.proto",
        "google/rpc/status.proto", "google/rpc/error_details.proto"]) == 0
    sys.path.insert(0, out)
    return (importlib.import_module("clip.v1.clip_pb2"),
            importlib.import_module("clip.v1.clip_pb2_grpc"))


def create(name):
    """A model with random weights, however its towers are made."""
    configs = mock.Mock(from_pretrained=lambda n: copy.deepcopy(MODELS[n]))
    with mock.patch.object(hf_model, "AutoConfig", configs), \
            mock.patch.object(hf_model, "AutoModel",
                              mock.Mock(from_config=from_config)):
        model = open_clip.create_model(name, pretrained=None,
                                       pretrained_hf=False)
    model = model.float().eval()
    randomize(model, torch.Generator().manual_seed(1))
    return model


def save(model, name, folder):
    open_clip.model.set_model_preprocess_cfg(model, PREPROCESS)
    tensors = {k: v.contiguous() for k, v in model.state_dict().items()}
    save_file(tensors, folder / "open_clip_model.safetensors")
    save_config_for_hf(model, folder / "open_clip_config.json",
                       factory.get_model_config(name))


def random_input(model, config):
    generator = torch.Generator().manual_seed(2)
    size = model.visual.image_size
    height, width = (size, size) if isinstance(size, int) else size
    pixels = torch.randn((3, 3, height, width), generator=generator)
    text = config["text_cfg"]
    vocabulary = text.get("vocab_size", 49408)
    if "hf_model_name" in text:
        vocabulary = MODELS[text["hf_model_name"]].vocab_size
    length = text.get("context_length", 77)
    ids = torch.randint(3, vocabulary - 1, (3, length), generator=generator)
    # Ends and padding at several places.
    for row, end in enumerate((2, length // 2, length - 1)):
        ids[row, end] = vocabulary - 1
        ids[row, end + 1:] = 1 if "hf_model_name" in text else 0
    return pixels, ids


def served(address, pb2, pb2_grpc, pixels, ids, model=""):
    with grpc.insecure_channel(address) as channel:
        client = pb2_grpc.ClipServiceStub(channel)
        images = client.EncodeImage(pb2.EncodeImageRequest(model=model, images=[
            pb2.Image(pixels=pb2.PixelValues(data=row.numpy().tobytes()))
            for row in pixels])).embeddings
        texts = client.EncodeText(pb2.EncodeTextRequest(model=model, token_ids=[
            pb2.TokenIds(ids=row.tolist()) for row in ids])).embeddings
        logits = client.Similarity(pb2.SimilarityRequest(
            model=model, image_embeddings=images, text_embeddings=texts)).logits
    return (numpy.array([e.values for e in images]),
            numpy.array([e.values for e in texts]),
            numpy.array(logits).reshape(len(images), len(texts)))


def verify(name, pb2, pb2_grpc):
    with tempfile.TemporaryDirectory() as folder:
        model = create(name)
        save(model, name, pathlib.Path(folder))
        pixels, ids = random_input(model, factory.get_model_config(name))
        with torch.inference_mode():
            images = model.encode_image(pixels, normalize=True)
            texts = model.encode_text(ids, normalize=True)
            logits = model.logit_scale.exp() * images @ texts.T
            if getattr(model, "logit_bias", None) is not None:
                logits = logits + model.logit_bias
        del model
        with RunningServer("--model", folder, "--device", "cpu",
                           "--lame-duck", "0s") as running:
            results = served(running.address, pb2, pb2_grpc, pixels, ids)
            running.stop()
    worst = [float(numpy.abs(result - expected.numpy()).max())
             for result, expected in zip(results, (images, texts, logits))]
    print(f"{name}: images {worst[0]:.1e}, texts {worst[1]:.1e}, "
          f"logits {worst[2]:.1e}", flush=True)
    return max(worst[:2]) <= 2e-4 and worst[2] <= 1e-2


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("configs", nargs="+")
    arguments = parser.parse_args()
    pb2, pb2_grpc = stubs()
    passed = True
    for name in arguments.configs:
        try:
            passed &= verify(name, pb2, pb2_grpc)
        except Exception as error:  # the next config may still work
            passed = False
            print(f"{name}: {type(error).__name__}: {error}", flush=True)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
