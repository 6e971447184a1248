"""What a Python caller gets from EncodeImage, EncodeText and Similarity."""

import json

import numpy as np
import pytest

from conftest import BUILT_IN_MODEL, ROOT

GOLDEN = ROOT / "tests/golden/builtin/emoji_clip.json"


@pytest.fixture(scope="module")
def golden():
    """open_clip's own numbers for the sample pictures and sentences."""
    return json.loads(GOLDEN.read_text())


def encode_images(client, stubs, files, **options):
    request = stubs.EncodeImageRequest(
        images=[stubs.Image(encoded=file) for file in files],
        options=stubs.EmbeddingOptions(**options))
    return client.EncodeImage(request, timeout=60)


def encode_texts(client, stubs, texts, **options):
    request = stubs.EncodeTextRequest(
        texts=texts, options=stubs.EmbeddingOptions(**options))
    return client.EncodeText(request, timeout=60)


def matrix(response):
    return np.array([e.values for e in response.embeddings], dtype=np.float32)


def test_image_embeddings_are_those_of_open_clip(client, stubs, pictures,
                                                 golden):
    actual = matrix(encode_images(client, stubs, pictures.values()))
    expected = np.array([golden["images"][name] for name in pictures])
    assert np.abs(actual - expected).max() < 2e-4


def test_text_embeddings_are_those_of_open_clip(client, stubs, golden):
    texts = list(golden["texts"])
    actual = matrix(encode_texts(client, stubs, texts))
    expected = np.array([golden["texts"][text] for text in texts])
    assert np.abs(actual - expected).max() < 2e-4


def test_similarity_finds_the_sentence_of_each_picture(client, stubs, pictures,
                                                       sentences, golden):
    response = client.Similarity(stubs.SimilarityRequest(
        images=[stubs.Image(encoded=file) for file in pictures.values()],
        texts=sentences),
                                 timeout=60)
    assert (response.rows, response.columns) == (len(pictures), len(sentences))
    logits = np.array(response.logits).reshape(response.rows, -1)
    expected = np.array([golden["logits"][name] for name in pictures])
    assert np.abs(logits - expected).max() < 1e-2
    probabilities = np.array(response.probabilities).reshape(logits.shape)
    assert np.allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    best = [sentences[i] for i in probabilities.argmax(axis=1)]
    assert best == [golden["best"][name] for name in pictures]


def test_similarity_of_stored_vectors_equals_similarity_of_inputs(
        client, stubs, pictures, sentences):
    file = next(iter(pictures.values()))
    direct = client.Similarity(
        stubs.SimilarityRequest(images=[stubs.Image(encoded=file)],
                                texts=sentences))
    stored = client.Similarity(
        stubs.SimilarityRequest(
            image_embeddings=encode_images(client, stubs, [file]).embeddings,
            text_embeddings=encode_texts(client, stubs, sentences).embeddings))
    assert np.allclose(direct.logits, stored.logits, atol=1e-3)


def test_raw_embeddings_keep_their_norm(client, stubs, pictures):
    file = next(iter(pictures.values()))
    raw = matrix(encode_images(client, stubs, [file], normalize=False))
    unit = matrix(encode_images(client, stubs, [file]))
    norm = np.linalg.norm(raw)
    assert abs(norm - 1) > 1e-3
    assert np.allclose(raw / norm, unit, atol=1e-6)


def test_packed_formats_hold_the_same_vector(client, stubs, sentences):
    unit = matrix(encode_texts(client, stubs, sentences[:1]))[0]

    def packed(format_name):
        response = encode_texts(client,
                                stubs,
                                sentences[:1],
                                format=stubs.Format.Value(format_name))
        return response.embeddings[0].packed

    half = np.frombuffer(packed("FLOAT16"), dtype="<f2")
    assert np.array_equal(half, unit.astype("<f2"))
    brain = np.frombuffer(packed("BFLOAT16"), dtype="<u2").astype("<u4") << 16
    assert np.allclose(brain.view("<f4"), unit, rtol=2**-8)
    small = np.frombuffer(packed("INT8"), dtype=np.int8)
    assert np.array_equal(small, np.round(unit * 127).astype(np.int8))
    bits = np.frombuffer(packed("BINARY"), dtype=np.uint8)
    assert np.array_equal(bits, np.packbits(unit > 0))


def test_fewer_dimensions_are_normalized_again(client, stubs, sentences):
    whole = matrix(encode_texts(client, stubs, sentences))
    short = matrix(encode_texts(client, stubs, sentences, dimensions=16))
    expected = whole[:, :16]
    expected = expected / np.linalg.norm(expected, axis=1, keepdims=True)
    assert np.allclose(short, expected, atol=1e-6)


def test_token_ids_give_the_embedding_of_their_text(client, stubs, golden):
    text, ids = next(iter(golden["token_ids"].items()))
    request = stubs.EncodeTextRequest(token_ids=[stubs.TokenIds(ids=ids)])
    by_ids = matrix(client.EncodeText(request))
    by_text = matrix(encode_texts(client, stubs, [text]))
    assert np.allclose(by_ids, by_text, atol=1e-6)


def test_a_long_text_is_truncated_and_says_so(client, stubs):
    response = encode_texts(client, stubs, ["pizza", "pizza " * 500])
    assert list(response.truncated) == [False, True]
    assert response.token_count[0] == 3
    assert response.token_count[1] == client.GetModel(
        stubs.GetModelRequest()).model.context_length


def test_the_reply_names_the_checkpoint(client, stubs, sentences):
    listed = client.ListModels(stubs.ListModelsRequest()).models
    assert [model.name for model in listed] == ["emoji-clip"]
    config = json.loads(
        (BUILT_IN_MODEL / "open_clip_config.json").read_text())
    assert listed[0].embed_dim == config["model_cfg"]["embed_dim"]
    response = encode_texts(client, stubs, sentences[:1])
    assert response.model.checkpoint_sha256 == listed[0].checkpoint_sha256
    assert len(response.model.checkpoint_sha256) == 64
    assert response.timing.total_seconds >= response.timing.forward_seconds > 0
