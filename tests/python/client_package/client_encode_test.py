"""clip_serving.Client and AsyncClient against the real server: what they
return is what the raw stubs return."""

import asyncio
import io
import pickle
import threading

import grpc
import numpy as np
import PIL.Image
import pytest

import clip_serving
from client_fixtures import clip, run_async, scripted  # noqa: F401
from clip_serving.options import grpc_target
from conftest import SAMPLES

# Other batches round otherwise.
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def paths(pictures):
    return [SAMPLES / name for name in pictures]


@pytest.fixture(scope="module")
def raw_images(client, stubs, pictures):
    """[n, d] of the samples, by the raw stubs."""
    reply = client.EncodeImage(stubs.EncodeImageRequest(
        images=[stubs.Image(encoded=data) for data in pictures.values()]),
                               timeout=120)
    return np.array([e.values for e in reply.embeddings], dtype=np.float32)


@pytest.fixture(scope="module")
def raw_texts(client, stubs, sentences):
    reply = client.EncodeText(stubs.EncodeTextRequest(texts=sentences),
                              timeout=120)
    return np.array([e.values for e in reply.embeddings], dtype=np.float32)


def close(actual, expected):
    np.testing.assert_allclose(actual, expected, atol=TOLERANCE)


def opened(path):
    with PIL.Image.open(path) as picture:
        return picture.copy()


IMAGE_KINDS = {
    "path": lambda path: path,
    "string": str,
    "bytes": lambda path: path.read_bytes(),
    "bytearray": lambda path: bytearray(path.read_bytes()),
    "memoryview": lambda path: memoryview(path.read_bytes()),
    "file object": lambda path: io.BytesIO(path.read_bytes()),
    "PIL image": opened,
}


def array_of(path):
    return np.asarray(opened(path).convert("RGB"))


def has_alpha(path):
    """An array has none, and alpha counts where a picture is resized."""
    return opened(path).mode == "RGBA"


@pytest.mark.parametrize("kind", IMAGE_KINDS)
def test_every_kind_of_picture_gives_the_vector_of_the_file(
        clip, paths, raw_images, kind):
    make = IMAGE_KINDS[kind]
    vectors = clip.encode_images([make(path) for path in paths])
    assert vectors.dtype == np.float32
    close(vectors, raw_images)
    single = clip.encode_images(make(paths[0]))
    assert single.shape == raw_images[0].shape
    close(single, raw_images[0])


def test_an_array_is_a_picture_and_a_stack_is_several(clip, paths, raw_images):
    opaque = [i for i, path in enumerate(paths) if not has_alpha(path)]
    assert len(opaque) == len(paths) - 1
    stack = np.stack([array_of(paths[i]) for i in opaque])
    close(clip.encode_images(stack), raw_images[opaque])
    close(clip.encode_images(list(stack)), raw_images[opaque])
    close(clip.encode_images(stack[0]), raw_images[opaque[0]])
    # Not contiguous: the same pixels from the right to the left.
    close(clip.encode_images(stack[0][:, ::-1][:, ::-1]), raw_images[opaque[0]])


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK"])
def test_every_mode_of_pillow_is_the_picture_of_its_file(clip, paths, mode):
    picture = opened(paths[1]).convert(mode)
    suffix = "JPEG" if mode == "CMYK" else "PNG"
    file = io.BytesIO()
    picture.save(file, suffix)
    saved = PIL.Image.open(io.BytesIO(file.getvalue()))
    assert saved.mode == mode
    # Of CMYK only the order of converting and resizing differs.
    tolerance = 0.02 if mode == "CMYK" else TOLERANCE
    np.testing.assert_allclose(clip.encode_images(saved),
                               clip.encode_images(file.getvalue()),
                               atol=tolerance)


def test_an_open_file_and_a_generator(clip, paths, raw_images):
    with open(paths[0], "rb") as file:
        close(clip.encode_images(file), raw_images[0])
    close(clip.encode_images(path for path in paths), raw_images)
    assert clip.encode_images([]).shape == (0, 0)


def test_pixels_reach_the_model_as_they_are(clip, client, stubs):
    info = clip.model()
    size = (3, info.image_height, info.image_width)
    values = np.random.default_rng(1).normal(size=size)
    reply = client.EncodeImage(
        stubs.EncodeImageRequest(images=[
            stubs.Image(pixels=stubs.PixelValues(
                data=values.astype("<f4").tobytes()))
        ]))
    close(clip.encode_images(clip_serving.Pixels(values)),
          np.array(reply.embeddings[0].values))


@pytest.mark.parametrize("bad, error, word", [
    (np.zeros((3, 8, 8), np.float32), ValueError, "Pixels"),
    (np.zeros((8, 8), np.uint8), ValueError, "H x W x 3"),
    (17, TypeError, "int"),
    ([b"", 17], TypeError, "item 1"),
    ("https://example.com/cat.jpg", ValueError, "URL"),
    ("no/such/file.jpg", FileNotFoundError, "no/such/file.jpg"),
    (io.StringIO("text"), TypeError, "rb"),
    ({"a": 1}, TypeError, "dict"),
])
def test_what_is_no_picture_is_refused_here(clip, bad, error, word):
    with pytest.raises(error, match=word):
        clip.encode_images(bad)


@pytest.mark.parametrize("bad, error, word", [
    (b"bytes", TypeError, "bytes"),
    (["fine", b"bytes"], TypeError, "item 1"),
    (["fine", "\ud800"], ValueError, "item 1"),
    (["fine", clip_serving.TokenIds([1])], TypeError, "TokenIds"),
])
def test_what_is_no_text_is_refused_here(clip, bad, error, word):
    with pytest.raises(error, match=word):
        clip.encode_texts(bad)


def test_texts_give_the_vectors_of_the_stubs(clip, sentences, raw_texts):
    close(clip.encode_texts(sentences), raw_texts)
    close(clip.encode_texts(text for text in sentences), raw_texts)
    single = clip.encode_texts(sentences[2])
    assert single.shape == raw_texts[2].shape
    close(single, raw_texts[2])


def test_token_ids_and_what_became_of_a_text(clip, client, stubs):
    ids = [49406, 320, 1929, 49407]
    reply = client.EncodeText(
        stubs.EncodeTextRequest(token_ids=[stubs.TokenIds(ids=ids)]))
    close(clip.encode_texts([clip_serving.TokenIds(np.array(ids))]),
          [reply.embeddings[0].values])
    encoded = clip.encode_texts_detailed(["a cat", "cat " * 1000])
    assert encoded.truncated.tolist() == [False, True]
    assert encoded.token_count.tolist() == [4, clip.model().context_length]
    assert encoded.vectors.shape[0] == 2


def unpacked(format_name, embedding):
    """By the words of clip.proto."""
    if format_name == "float32":
        return np.array(embedding.values, np.float32)
    if format_name == "float16":
        return np.frombuffer(embedding.packed, "<f2")
    if format_name == "bfloat16":
        padded = b"".join(b"\0\0" + embedding.packed[i:i + 2]
                          for i in range(0, len(embedding.packed), 2))
        return np.frombuffer(padded, "<f4")
    return np.frombuffer(embedding.packed,
                         np.int8 if format_name == "int8" else np.uint8)


@pytest.mark.parametrize("format_name, dtype", [("float32", np.float32),
                                                ("float16", np.float16),
                                                ("bfloat16", np.float32),
                                                ("int8", np.int8),
                                                ("binary", np.uint8)])
def test_every_format_is_decoded(clip, client, stubs, sentences, raw_texts,
                                 format_name, dtype):
    reply = client.EncodeText(
        stubs.EncodeTextRequest(
            texts=sentences[:1],
            options=stubs.EmbeddingOptions(
                format=getattr(stubs, format_name.upper()))))
    vector = clip.encode_texts(sentences[0], format=format_name)
    assert vector.dtype == dtype
    np.testing.assert_array_equal(vector,
                                  unpacked(format_name, reply.embeddings[0]))
    if format_name == "binary":
        signs = np.unpackbits(vector)[:raw_texts.shape[1]]
        np.testing.assert_array_equal(signs, raw_texts[0] > 0)
    else:
        scale = 127 if format_name == "int8" else 1
        np.testing.assert_allclose(vector.astype(np.float32) / scale,
                                   raw_texts[0],
                                   atol=0.005)


def test_dimensions_and_length(clip, client, stubs, sentences):
    options = stubs.EmbeddingOptions(dimensions=16)
    reply = client.EncodeText(
        stubs.EncodeTextRequest(texts=sentences, options=options))
    close(clip.encode_texts(sentences, dimensions=16),
          np.array([e.values for e in reply.embeddings]))
    long = clip.encode_texts(sentences, normalize=False)
    assert np.abs(np.linalg.norm(long, axis=1) - 1).min() > 0.01


def test_a_list_is_split_and_comes_back_in_order(server, paths, raw_images):
    many = paths * 5
    with clip_serving.Client(server.address, items_per_call=4,
                             calls_in_flight=3) as client:
        close(client.encode_images(many), np.tile(raw_images, (5, 1)))
    # Fewer bytes than one picture: a call for each.
    with clip_serving.Client(server.address, bytes_per_call=1) as client:
        close(client.encode_images(paths), raw_images)


@pytest.mark.parametrize("items_per_call", [1, 3, 256])
def test_a_bad_picture_is_named_by_its_place_in_the_list(
        server, paths, items_per_call):
    images = [*paths, b"no picture", *paths]
    with clip_serving.Client(server.address,
                             items_per_call=items_per_call) as client:
        with pytest.raises(clip_serving.InvalidArgumentError) as raised:
            client.encode_images(images)
    error = raised.value
    assert error.index == len(paths)
    assert error.code == grpc.StatusCode.INVALID_ARGUMENT
    assert "JPEG" in error.bad_items[0].reason
    assert error.request_id in str(error) and error.request_id
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.bad_items) == (str(error), error.bad_items)


def test_similarity_is_that_of_the_server(clip, client, stubs, paths, pictures,
                                          sentences):
    reply = client.Similarity(
        stubs.SimilarityRequest(
            images=[stubs.Image(encoded=data) for data in pictures.values()],
            texts=sentences))
    scores = clip.similarity(paths, sentences)
    shape = (len(paths), len(sentences))
    np.testing.assert_allclose(scores.logits,
                               np.reshape(reply.logits, shape),
                               atol=1e-3)
    np.testing.assert_allclose(scores.probabilities,
                               np.reshape(reply.probabilities, shape),
                               atol=1e-4)
    assert scores.logit_scale == reply.logit_scale
    assert scores.logit_bias is None
    assert scores.labels == sentences
    assert [row[0][0] for row in scores.best()] == sentences


def test_similarity_beyond_one_call_is_the_same(server, clip, paths, sentences):
    whole = clip.similarity(paths, sentences)
    with clip_serving.Client(server.address, items_per_call=4) as client:
        parts = client.similarity((path for path in paths), sentences)
    np.testing.assert_allclose(parts.logits, whole.logits, atol=1e-3)
    np.testing.assert_allclose(parts.probabilities,
                               whole.probabilities,
                               atol=1e-4)
    vectors = clip_serving.Embeddings(3 * clip.encode_texts(sentences))
    stored = clip.similarity(paths, vectors)
    np.testing.assert_allclose(stored.logits, whole.logits, atol=1e-3)
    assert stored.best()[1][0][0] == 1
    assert clip.similarity([], sentences).logits.shape == (0, len(sentences))
    with pytest.raises(ValueError, match="no texts"):
        clip.similarity(paths, [])


def test_classification_by_labels_and_by_a_set_of_the_server(
        clip, paths, pictures):
    labels = ["guitar", "pizza", "bicycle", "sunflower", "strawberry",
              "umbrella"]
    expected = [name.split(".")[0] for name in pictures]
    templates = ["a photo of a {}.", "a drawing of a {c}."]
    scores = clip.classify(paths, labels, templates=templates)
    assert [row[0][0] for row in scores.best()] == expected
    kept = clip.put_label_set("test-kinds", labels, templates=templates)
    try:
        assert (kept.labels, kept.template_count) == (tuple(labels), 2)
        assert "test-kinds" in [s.name for s in clip.label_sets()]
        by_set = clip.classify(paths, label_set="test-kinds")
        assert by_set.labels == labels
        np.testing.assert_allclose(by_set.logits, scores.logits, atol=1e-3)
        vectors = clip_serving.Embeddings(clip.encode_images(paths))
        np.testing.assert_allclose(clip.classify(
            vectors, label_set="test-kinds").probabilities,
                                   scores.probabilities,
                                   atol=1e-4)
    finally:
        clip.delete_label_set("test-kinds")
    with pytest.raises(clip_serving.NotFoundError):
        clip.classify(paths, label_set="test-kinds")
    with pytest.raises(TypeError, match="either"):
        clip.classify(paths)
    with pytest.raises(ValueError, match="template"):
        clip.classify(paths, labels, templates=["a photo"])


def test_models_and_health(clip, client, stubs):
    infos = clip.models()
    assert infos[0] == clip.model() == clip.model("emoji-clip")
    raw = client.GetModel(stubs.GetModelRequest()).model
    assert infos[0].checkpoint_sha256 == raw.checkpoint_sha256
    assert infos[0].mean == tuple(raw.preprocessing.mean)
    assert clip.health() == "SERVING"
    with pytest.raises(clip_serving.NotFoundError, match="other"):
        clip.encode_texts("a", model="other")


def test_a_pickled_client_is_a_new_one(clip, sentences, raw_texts):
    with pickle.loads(pickle.dumps(clip)) as copy:
        assert copy.options == clip.options
        close(copy.encode_texts(sentences), raw_texts)


@pytest.mark.parametrize("options", [
    dict(timeout=0), dict(items_per_call=0), dict(priority="urgent"),
    dict(tls_root=b"x"), dict(target=[]), dict(target=["name:1"]),
    dict(target=["127.0.0.1"]), dict(target=["127.0.0.1:1", "[::1]:1"]),
    dict(target="")
])
def test_impossible_options_are_refused(options):
    with pytest.raises(ValueError):
        clip_serving.Client(**options)


def test_clients_of_one_list_begin_at_different_servers():
    addresses = [f"127.0.0.{i}:50051" for i in range(1, 9)]
    targets = {grpc_target(addresses) for _ in range(20)}
    assert len(targets) > 1
    for target in targets:
        family, _, rest = target.partition(":")
        assert (family, sorted(rest.split(","))) == ("ipv4", addresses)
    assert grpc_target(["[::1]:1"]) == "ipv6:[::1]:1"
    assert grpc_target("dns:///clip:50051") == "dns:///clip:50051"


def test_a_list_of_addresses_is_one_target(server, sentences, raw_texts):
    with clip_serving.Client([server.address, server.address]) as client:
        close(client.encode_texts(sentences), raw_texts)


def test_the_asyncio_client_returns_the_same(run_async, paths, sentences,
                                             raw_images, raw_texts):

    async def ask(client):
        images, texts, scores, info, health = await asyncio.gather(
            client.encode_images(paths), client.encode_texts(sentences),
            client.similarity(paths, sentences), client.model(),
            client.health())
        return (images, texts, scores, info, health, await
                client.encode_images(paths[0]), await
                client.classify(paths, ["guitar", "pizza"]))

    images, texts, scores, info, health, single, kinds = run_async(
        ask, items_per_call=4)
    close(images, raw_images)
    close(texts, raw_texts)
    close(single, raw_images[0])
    assert [row[0][0] for row in scores.best()] == sentences
    assert (info.name, health) == ("emoji-clip", "SERVING")
    assert kinds.best()[1][0][0] == "guitar"


def test_the_asyncio_client_raises_the_same(run_async, paths):

    async def ask(client):
        with pytest.raises(clip_serving.InvalidArgumentError) as raised:
            await client.encode_images([*paths, b"no picture"])
        return raised.value.index

    assert run_async(ask, items_per_call=2) == len(paths)


def test_a_cancelled_task_cancels_its_call(run_async, scripted):

    async def ask(client):
        task = asyncio.ensure_future(client.encode_texts("a"))
        await asyncio.to_thread(started.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        proceed.set()

    started, proceed = threading.Event(), threading.Event()

    def hold(request):
        del request
        started.set()
        proceed.wait()

    scripted.script = [hold]
    run_async(ask, target=scripted.address)
    assert len(scripted.requests) == 1
