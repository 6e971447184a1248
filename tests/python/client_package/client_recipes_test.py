"""The programs of client/python/examples, run as their README says."""

import dataclasses
import importlib.util
import pathlib
import shutil
import subprocess
import sys
import urllib.request

import numpy as np
import pytest

import clip_serving
from client_fixtures import clip  # noqa: F401
from conftest import ROOT, SAMPLES
from running_server import RunningServer

EXAMPLES = ROOT / "client/python/examples"


def run(name, *arguments):
    """(exit code, standard output, standard error)."""
    process = subprocess.run(
        [sys.executable, str(EXAMPLES / name), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300)
    return process.returncode, process.stdout, process.stderr


@pytest.fixture
def folder(tmp_path, pictures):
    """A folder of its own, with a folder in it."""
    photos = tmp_path / "photos"
    (photos / "more").mkdir(parents=True)
    for i, name in enumerate(pictures):
        shutil.copy(SAMPLES / name, photos / ("more" if i % 2 else "") / name)
    return photos


@pytest.fixture(scope="module")
def search_pictures():
    """The program as a module: a process for each search would take long."""
    return load("search_pictures.py")


def load(name):
    specification = importlib.util.spec_from_file_location(
        name.removesuffix(".py"), EXAMPLES / name)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def names_of(output):
    """File names of lines as "0.812  path"."""
    return [
        pathlib.Path(line.split(maxsplit=1)[1]).name
        for line in output.splitlines()
    ]


def test_pictures_are_found_by_words(server, clip, tmp_path, folder, pictures,
                                     sentences, search_pictures, capsys):
    database = ["--server", server.address, "--database", str(tmp_path / "db")]
    code, out, err = run("search_pictures.py", *database, "index", folder)
    assert code == 0, err
    assert out == "6 pictures embedded, 0 not readable, 6 in the index\n"
    code, out, err = run("search_pictures.py", *database, "search",
                         "a guitar to play music", "--count", "2")
    assert code == 0, err
    assert names_of(out)[0] == "guitar.jpg" and len(names_of(out)) == 2

    vectors = clip.encode_images([SAMPLES / name for name in pictures])
    first = 0
    for name, sentence in zip(pictures, sentences):
        assert search_pictures.main([*database, "search", sentence]) == 0
        found = names_of(capsys.readouterr().out)
        cosines = vectors @ clip.encode_texts(sentence)
        order = np.argsort(-cosines)[:5]
        assert found == [list(pictures)[i] for i in order]
        first += found[0] == name
    # The built-in model takes the sunflower for a pizza.
    assert first == len(pictures) - 1


def test_the_index_follows_the_folder(server, clip, tmp_path, folder,
                                      search_pictures, capsys):
    database = ["--server", server.address, "--database", str(tmp_path / "db")]
    assert search_pictures.main([*database, "index", str(folder)]) == 0
    # One goes, one is replaced by another picture, one that is none comes.
    (folder / "bicycle.jpg").unlink()
    shutil.copy(SAMPLES / "umbrella.webp", folder / "pizza.png")
    (folder / "it's broken.jpg").write_bytes(b"no picture")
    capsys.readouterr()
    assert search_pictures.main([*database, "index", str(folder)]) == 1
    out, err = capsys.readouterr()
    assert out == "1 pictures embedded, 1 not readable, 5 in the index\n"
    assert "it's broken.jpg: INVALID_ARGUMENT" in err
    words = "an umbrella against the rain"
    assert search_pictures.main([*database, "search", words]) == 0
    out = capsys.readouterr().out
    assert sorted(names_of(out)[:2]) == ["pizza.png", "umbrella.webp"]
    # The number beside it is the cosine.
    expected = clip.encode_texts(words) @ clip.encode_images(
        SAMPLES / "umbrella.webp")
    assert abs(float(out.split()[0]) - expected) < 2e-3


def test_an_index_of_another_model_is_refused(tmp_path, clip, search_pictures):
    model = clip.model()
    search_pictures.open_table(str(tmp_path / "db"), model)
    other = dataclasses.replace(model, name="other", checkpoint_sha256="1" * 64)
    with pytest.raises(SystemExit, match="another model than other"):
        search_pictures.open_table(str(tmp_path / "db"), other)


def images_computed(server):
    url = f"http://{server.metrics_address}/metrics"
    with urllib.request.urlopen(url, timeout=30) as reply:
        for line in reply.read().decode().splitlines():
            if line.startswith('clip_items_total{tower="image"'):
                return float(line.rsplit(" ", 1)[1])
    return 0.0


def test_a_data_set_is_embedded_by_workers_and_servers(tmp_path, folder):
    """Two workers, two servers, 48 pictures and a file that is none. Each of
    the 25 parts goes to either server: that one gets none is no chance."""
    for i in range(7):
        shutil.copytree(folder, tmp_path / f"set/copy{i}")
    shutil.copytree(folder, tmp_path / "set/copy7")
    (tmp_path / "set/copy7/broken.jpg").write_bytes(b"no picture")
    flags = ("--model", "emoji-clip", "--lame-duck", "0s")
    with RunningServer(*flags) as first, RunningServer(*flags) as second:
        servers = (first, second)
        warm = [images_computed(server) for server in servers]
        command = ("embed_with_dask.py", tmp_path / "set", tmp_path / "out",
                   "--server", f"{first.address},{second.address}", "--workers",
                   "2", "--part-size", "2")
        code, out, err = run(*command)
        assert code == 1, out + err
        assert "48 pictures embedded, 1 failed" in out
        used = [images_computed(server) for server in servers]
        assert all(after > before for before, after in zip(warm, used))
        check_parts(first.address, tmp_path / "out")
        assert all(server.stop() == 0 for server in servers)
    # A part that is there needs no server.
    embed_part = load("embed_with_dask.py").embed_part
    done = embed_part(0, ["photo.jpg"] * 2, tmp_path / "out", "127.0.0.1:1")
    assert done == (2, [])


def check_parts(address, out):
    """Every picture once, with the vector that a plain call gives it."""
    parts = [np.load(path) for path in sorted(out.glob("part-*.npz"))]
    assert len(parts) == 25
    paths = np.concatenate([part["paths"] for part in parts])
    vectors = np.concatenate([part["vectors"] for part in parts])
    assert len(set(paths)) == len(paths) == 48
    with clip_serving.Client(address) as client:
        np.testing.assert_allclose(vectors,
                                   client.encode_images(list(paths)),
                                   atol=1e-5)
    errors = (out / "errors.txt").read_text()
    assert "broken.jpg: INVALID_ARGUMENT" in errors
    assert errors.count("\n") == 1


@pytest.mark.parametrize("command", [
    ("search_pictures.py", "index", "."),
    ("embed_with_dask.py", SAMPLES, "out"),
])
def test_a_recipe_without_a_server_says_so(tmp_path, command):
    name, *rest = command
    rest = [tmp_path / "out" if word == "out" else word for word in rest]
    code, _, err = run(name, "--server", "127.0.0.1:1", *rest)
    assert code == 1
    assert err.startswith(name.removesuffix(".py") + ": UNAVAILABLE"), err
