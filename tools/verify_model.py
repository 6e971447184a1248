#!/usr/bin/env python3
"""Compares served models, full size, with open_clip.

    tools/verify_model.py [--encoded] [--image-size N] [--report FILE]
                          {--all | CONFIG...}

For each of open_clip's configs: makes a model whose every parameter is random,
saves it as a hub folder, serves that, sends pixels and token ids, and prints
the largest difference of the normalized embeddings and of the logits. Exits
with 1 where one is above 2e-4 or 1e-2.

  --encoded       also sends pictures as files and texts as strings, where
                  open_clip's own tokenizer reads them
  --image-size N  for the server and for open_clip (force_image_size)
  --report FILE   keeps the differences in a Markdown table
  --all           every config of docs/models.md that is supported and that the
                  report lacks
  --max-parameters N  leaves out what is larger

The server is build/release/server/clip_server or $CLIP_SERVER_BINARY. Needs
Python with open_clip, grpcio and grpcio-tools, and memory and disk for two such
models. A config with a Hugging Face text tower takes its sizes from
tools/goldens/hf_text.py; nothing is fetched.
"""

import argparse
import copy
import importlib
import io
import pathlib
import sys
import tempfile
from unittest import mock

import grpc
import grpc_tools
import numpy
import open_clip
import PIL.Image
import torch
from grpc_tools import protoc
from open_clip import factory, hf_model
from open_clip.push_to_hf_hub import save_config_for_hf
from safetensors.torch import save_file

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path += [str(ROOT / "tools"), str(ROOT / "tests/python")]
import running_server  # noqa: E402
from goldens.hf_text import MODELS, from_config  # noqa: E402
from goldens.models import randomize  # noqa: E402
from parity_report import Parity, ParityReport  # noqa: E402

# A large model on a busy machine.
running_server.START_SECONDS = 900
PREPROCESS = {"mean": (0.5,) * 3, "std": (0.5,) * 3}
FILES = ("progressive.jpg", "cmyk.jpg", "lossless_alpha.webp", "16_565.bmp",
         "dark_16.png")
TEXTS = ("", "a photo of a dog", "Zwölf Boxkämpfer &amp; “quotes” 🙂",
         "it's THE\tquick  brown fox", " ".join(["many words"] * 60))


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


def create(name, **switches):
    """open_clip's model, however its towers are made."""
    configs = mock.Mock(from_pretrained=lambda n: copy.deepcopy(MODELS[n]))
    with mock.patch.object(hf_model, "AutoConfig", configs), \
            mock.patch.object(hf_model, "AutoModel",
                              mock.Mock(from_config=from_config)):
        return open_clip.create_model(name, pretrained=None,
                                      pretrained_hf=False, **switches)


def parameter_count(name):
    with torch.device("meta"):
        model = create(name, device="meta")
    return sum(p.numel() for p in model.parameters())


def save(model, name, folder):
    open_clip.model.set_model_preprocess_cfg(model, PREPROCESS)
    tensors = {k: v.contiguous() for k, v in model.state_dict().items()}
    save_file(tensors, folder / "open_clip_model.safetensors")
    save_config_for_hf(model, folder / "open_clip_config.json",
                       factory.get_model_config(name))


def image_size(model):
    size = model.visual.image_size
    return (size, size) if isinstance(size, int) else tuple(size)


def resized(model, name, folder, size):
    """What create_model gives for the saved model and force_image_size."""
    if hasattr(model.visual, "set_input_size"):
        model.visual.set_input_size(size)
        return model
    model = create(name, force_image_size=size)
    open_clip.load_checkpoint(model, f"{folder}/open_clip_model.safetensors")
    return model.float().eval()


def random_input(model, config):
    generator = torch.Generator().manual_seed(2)
    pixels = torch.randn((3, 3, *image_size(model)), generator=generator)
    text = config["text_cfg"]
    vocabulary, padding = text.get("vocab_size", 49408), 0
    if "hf_model_name" in text:
        tower = MODELS[text["hf_model_name"]]
        vocabulary, padding = tower.vocab_size, tower.pad_token_id
    length = text.get("context_length", 77)
    ids = torch.randint(3, vocabulary - 1, (3, length), generator=generator)
    # Ends and padding at several places.
    for row, end in enumerate((2, length // 2, length - 1)):
        ids[row, end] = vocabulary - 1
        ids[row, end + 1:] = padding
    return pixels, ids


def pictures():
    """Encoded pictures: small ones of the tests, large ones made here."""
    folder = ROOT / "tests/golden/image/files"
    encoded = [(folder / name).read_bytes() for name in FILES]
    small = numpy.random.default_rng(3).integers(0, 256, (27, 40, 3))
    picture = PIL.Image.fromarray(small.astype("uint8")).resize((640, 427))
    for kind in ("JPEG", "PNG", "WEBP", "BMP"):
        file = io.BytesIO()
        picture.save(file, kind)
        encoded.append(file.getvalue())
    return encoded


def has_clip_tokenizer(config):
    text = config["text_cfg"]
    return not text.get("hf_tokenizer_name") and not text.get("tokenizer_type")


def expected_images(model, encoded):
    transform = open_clip.transform.image_transform_v2(
        open_clip.transform.PreprocessCfg(size=image_size(model), **PREPROCESS),
        is_train=False)
    rows = [transform(PIL.Image.open(io.BytesIO(data))) for data in encoded]
    return model.encode_image(torch.stack(rows).double(), normalize=True)


class Server:
    """The calls of a running server, answered as arrays."""

    def __init__(self, channel, pb2, pb2_grpc, model=""):
        self._model = model
        self._pb2 = pb2
        self._stub = pb2_grpc.ClipServiceStub(channel)

    def images(self, images):
        return self._stub.EncodeImage(
            self._pb2.EncodeImageRequest(
                model=self._model, images=images)).embeddings

    def texts(self, **request):
        return self._stub.EncodeText(
            self._pb2.EncodeTextRequest(
                model=self._model, **request)).embeddings

    def logits(self, images, texts):
        return self._stub.Similarity(self._pb2.SimilarityRequest(
            model=self._model, image_embeddings=images, text_embeddings=texts)).logits


def differences(server, pb2, inputs, expected):
    """By Parity's names, the largest differences from `expected`."""
    pixels, ids = inputs
    images = server.images([
        pb2.Image(pixels=pb2.PixelValues(data=row.numpy().tobytes()))
        for row in pixels])
    texts = server.texts(
        token_ids=[pb2.TokenIds(ids=row.tolist()) for row in ids])
    actual = {"pixels": images, "ids": texts}
    if "pictures" in expected:
        actual["pictures"] = server.images(
            [pb2.Image(encoded=data) for data in pictures()])
    if "strings" in expected:
        actual["strings"] = server.texts(texts=TEXTS)
    arrays = {name: numpy.array([row.values for row in rows])
              for name, rows in actual.items()}
    arrays["logits"] = numpy.array(server.logits(images, texts)).reshape(
        expected["logits"].shape)
    worst = {name: float(numpy.abs(arrays[name] - rows.numpy()).max())
             for name, rows in expected.items()}
    for name in ("pixels", "ids"):
        # Rows that hardly depend on their input would prove nothing.
        rows = expected[name]
        spread = float((rows - rows.roll(1, 0)).abs().max())
        if worst[name] > spread / 100:
            raise ValueError(f"{name}: off by {worst[name]:.1e}, and rows "
                             f"differ by {spread:.1e} only")
    return worst


@torch.inference_mode()
def expect(model, config, inputs, encoded):
    """What open_clip computes, by Parity's names.

    In float64: a deep random model can turn the rounding of float32 into
    another embedding, open_clip's own as well.
    """
    model = model.double()
    images = model.encode_image(inputs[0].double(), normalize=True)
    texts = model.encode_text(inputs[1], normalize=True)
    logits = model.logit_scale.exp() * images @ texts.T
    if getattr(model, "logit_bias", None) is not None:
        logits = logits + model.logit_bias
    expected = {"pixels": images, "ids": texts, "logits": logits}
    if encoded:
        expected["pictures"] = expected_images(model, pictures())
        if has_clip_tokenizer(config):
            tokenize = open_clip.get_tokenizer(config["name"])
            expected["strings"] = model.encode_text(
                tokenize(list(TEXTS)), normalize=True)
    return expected


def verify(name, pb2, pb2_grpc, arguments):
    config = {**factory.get_model_config(name), "name": name}
    flags = []
    with tempfile.TemporaryDirectory() as folder:
        model = create(name).float().eval()
        randomize(model, torch.Generator().manual_seed(1))
        save(model, name, pathlib.Path(folder))
        count = sum(p.numel() for p in model.parameters())
        if arguments.image_size:
            model = resized(model, name, folder, arguments.image_size)
            flags = ["--image-size", str(arguments.image_size)]
        inputs = random_input(model, config)
        expected = expect(model, config, inputs, arguments.encoded)
        del model
        with running_server.RunningServer(
                "--model", folder, "--device", "cpu", "--lame-duck", "0s",
                *flags) as running, \
                grpc.insecure_channel(running.address) as channel:
            server = Server(channel, pb2, pb2_grpc)
            parity = Parity(count, **differences(server, pb2, inputs, expected))
            running.stop()
    print(f"{name}: {', '.join(parity.cells())}", flush=True)
    return parity


def supported():
    """The configs that docs/models.md says are served."""
    for line in (ROOT / "docs/models.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) == 5 and "(" in cells[2] and "refused" not in cells[2]:
            yield cells[1]


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("configs", nargs="*")
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--encoded", action="store_true")
    parser.add_argument("--image-size", type=int)
    parser.add_argument("--report")
    parser.add_argument("--max-parameters", type=float, default=float("inf"))
    arguments = parser.parse_args()
    report = ParityReport(arguments.report) if arguments.report else None
    names = arguments.configs
    if arguments.all:
        names = [name for name in supported()
                 if report is None or name not in report.rows]
    pb2, pb2_grpc = stubs()
    passed = True
    for name in names:
        try:
            if parameter_count(name) > arguments.max_parameters:
                continue
            parity = verify(name, pb2, pb2_grpc, arguments)
        except Exception as error:  # the next config may still work
            passed = False
            print(f"{name}: {type(error).__name__}: {error}", flush=True)
            continue
        passed &= parity.equal
        if report is not None:
            size = arguments.image_size
            report.add(f"{name} at {size}" if size else name, parity)
            report.write(open_clip.__version__)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
