"""Label sets, as a Python caller and as clip_client use them."""

import concurrent.futures
import json
import os
import pathlib
import subprocess

import grpc
import numpy as np
import pytest

from conftest import ROOT, SAMPLES
from running_server import RunningServer, run_refused

LABELS = [
    "bicycle", "guitar", "pizza", "strawberry", "sunflower", "umbrella", "cat",
    "rocket", "house", "train"
]
CLIENT = pathlib.Path(
    os.environ.get("CLIP_CLIENT_BINARY",
                   ROOT / "build/release/client/cli/clip_client"))


@pytest.fixture(scope="module")
def label_set(client, stubs):
    request = stubs.PutLabelSetRequest(name="things",
                                       labels=LABELS,
                                       templates=["{}"])
    return client.PutLabelSet(request, timeout=60).label_set


def similarity(client, stubs, files, **columns):
    request = stubs.SimilarityRequest(
        images=[stubs.Image(encoded=file) for file in files], **columns)
    return client.Similarity(request, timeout=60)


def test_each_sample_gets_its_own_label(client, stubs, pictures, label_set):
    response = similarity(client, stubs, pictures.values(),
                          label_set=label_set.name)
    assert (response.rows, response.columns) == (len(pictures), len(LABELS))
    assert list(response.labels) == LABELS
    best = np.array(response.probabilities).reshape(len(pictures), -1).argmax(1)
    assert [LABELS[i] for i in best] == [name.split(".")[0] for name in pictures]


def test_a_set_of_one_template_scores_as_texts_do(client, stubs, pictures,
                                                  label_set):
    kept = similarity(client, stubs, pictures.values(),
                      label_set=label_set.name)
    texts = similarity(client, stubs, pictures.values(), texts=LABELS)
    assert np.abs(np.array(kept.logits) - np.array(texts.logits)).max() < 1e-3
    assert kept.logit_scale == texts.logit_scale


def test_a_set_is_the_average_of_its_prompts(client, stubs, pictures):
    templates = ["a photo of a {}.", "{c}, drawn", "the {}"]
    client.PutLabelSet(stubs.PutLabelSetRequest(name="averaged", labels=LABELS,
                                                templates=templates),
                       timeout=60)
    prompts = [
        template.replace("{c}", "{}").format(label) for label in LABELS
        for template in templates
    ]
    encoded = client.EncodeText(stubs.EncodeTextRequest(texts=prompts),
                                timeout=60)
    rows = np.array([e.values for e in encoded.embeddings])
    weights = rows.reshape(len(LABELS), len(templates), -1).mean(1)
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    images = client.EncodeImage(stubs.EncodeImageRequest(
        images=[stubs.Image(encoded=file) for file in pictures.values()]),
                                timeout=60)
    pixels = np.array([e.values for e in images.embeddings])
    kept = similarity(client, stubs, pictures.values(), label_set="averaged")
    expected = kept.logit_scale * pixels @ weights.T
    actual = np.array(kept.logits).reshape(expected.shape)
    assert np.abs(actual - expected).max() < 1e-3


def test_the_80_templates_take_several_steps(client, stubs):
    request = stubs.PutLabelSetRequest(name="eighty", labels=LABELS,
                                       template_set=stubs.OPENAI)
    kept = client.PutLabelSet(request, timeout=120).label_set
    assert kept.template_count == 80


def test_sets_are_listed_and_deleted(client, stubs):
    client.PutLabelSet(stubs.PutLabelSetRequest(name="gone", labels=["a"]),
                       timeout=60)
    listed = client.ListLabelSets(stubs.ListLabelSetsRequest(), timeout=60)
    assert "gone" in [kept.name for kept in listed.label_sets]
    client.DeleteLabelSet(stubs.DeleteLabelSetRequest(name="gone"), timeout=60)
    with pytest.raises(grpc.RpcError) as error:
        client.DeleteLabelSet(stubs.DeleteLabelSetRequest(name="gone"),
                              timeout=60)
    assert error.value.code() == grpc.StatusCode.NOT_FOUND


@pytest.mark.parametrize(
    "fields, message",
    [({"name": "a b", "labels": ["x"]}, "name: "),
     ({"name": "n"}, "labels: no label"),
     ({"name": "n", "labels": ["x", "y", "x"]}, "labels[2]: "),
     ({"name": "n", "labels": ["x"], "templates": ["{}", "y"]},
      "templates[1]: ")])
def test_a_bad_set_is_named(client, stubs, fields, message):
    with pytest.raises(grpc.RpcError) as error:
        client.PutLabelSet(stubs.PutLabelSetRequest(**fields), timeout=60)
    assert error.value.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert error.value.details().startswith(message)


def test_sets_are_made_and_used_at_once(client, stubs, pictures):
    file = next(iter(pictures.values()))
    put = stubs.PutLabelSetRequest(name="busy", labels=LABELS)
    client.PutLabelSet(put, timeout=60)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        calls = [
            pool.submit(client.PutLabelSet, put, timeout=120)
            if i % 2 else
            pool.submit(similarity, client, stubs, [file], label_set="busy")
            for i in range(24)
        ]
        for call in calls:
            call.result()


def test_a_server_has_the_sets_of_its_command_line(tmp_path):
    file = tmp_path / "set.json"
    file.write_text(json.dumps({"labels": LABELS, "templates": ["{}"]}))
    with RunningServer("--model", "emoji-clip", "--lame-duck", "0s",
                       "--label-set", f"things={file}") as running:
        result = subprocess.run([
            str(CLIENT), "classify", str(SAMPLES / "pizza.png"), "--server",
            running.address, "--label-set", "things", "--top", "2"
        ], capture_output=True, text=True, check=True, timeout=60)
        assert running.stop() == 0, running.log()
    assert "pizza" in result.stdout.splitlines()[1]
    assert len(result.stdout.splitlines()) == 3


@pytest.mark.parametrize("text, message", [
    ("{", "things"),
    ('{"labels": ["a", 3]}', "labels[1]: not a string"),
    ('{"labels": []}', "labels: no label"),
    ('{"labels": ["a"], "templates": "many"}', "templates: not simple"),
    ('{"labels": ["a"], "extra": 1}', "extra: an unknown key"),
])
def test_a_bad_file_is_refused_at_start(tmp_path, text, message):
    file = tmp_path / "set.json"
    file.write_text(text)
    code, _, error = run_refused("--model", "emoji-clip", "--label-set",
                                 f"things={file}")
    assert code != 0
    assert message in error.splitlines()[-1]


def test_clip_client_classifies_without_a_set(server):
    result = subprocess.run([
        str(CLIENT), "classify", *sorted(str(p) for p in SAMPLES.glob("*.*")
                                         if p.suffix not in (".md", ".txt")),
        "--server", server.address, "--labels", ",".join(LABELS), "--json"
    ], capture_output=True, text=True, check=True, timeout=120)
    report = json.loads(result.stdout)
    assert report["texts"] == LABELS
    for image in report["images"]:
        stem = pathlib.Path(image["file"]).stem
        assert LABELS[image["best"]] == stem
        assert abs(sum(image["probabilities"]) - 1) < 1e-4
