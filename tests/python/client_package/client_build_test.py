"""The package builds from a copy of its folder, and is what the tests use."""

import email
import pathlib
import shutil
import subprocess
import sys
import tarfile
import zipfile

import pytest

import clip_serving
from conftest import ROOT

PACKAGE = ROOT / "client/python"
SOURCES = PACKAGE / "src/clip_serving"
STUBS = {"clip_pb2.py", "clip_pb2.pyi", "clip_pb2_grpc.py"}


def python(*arguments, cwd=None):
    process = subprocess.run([sys.executable, *map(str, arguments)],
                             capture_output=True, text=True, check=False,
                             timeout=300, cwd=cwd)
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


def wheel_of(folder, out):
    """As `pip install folder` does, but with the build tools that are here."""
    python("-m", "pip", "wheel", "--quiet", "--disable-pip-version-check",
           "--no-deps", "--no-build-isolation", "--wheel-dir", out, folder)
    (wheel,) = out.glob("*.whl")
    return wheel


def contents(wheel):
    """Name -> bytes, without the list of the files, which is in their order."""
    with zipfile.ZipFile(wheel) as archive:
        return {
            name: archive.read(name)
            for name in archive.namelist()
            if not name.endswith("RECORD")
        }


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The folder alone, without the repository around it."""
    folder = tmp_path_factory.mktemp("copied") / "python"
    shutil.copytree(PACKAGE, folder,
                    ignore=shutil.ignore_patterns("*_pb2*", "__pycache__"))
    return folder


@pytest.fixture(scope="module")
def wheel(copy, tmp_path_factory):
    return wheel_of(copy, tmp_path_factory.mktemp("wheel"))


def test_the_tests_use_the_package_of_this_tree():
    installed = pathlib.Path(clip_serving.__file__).parent
    for source in SOURCES.rglob("*.py"):
        name = source.relative_to(SOURCES)
        if source.name not in STUBS:
            assert (installed / name).read_bytes() == source.read_bytes(), (
                f"{name} is another one: run scripts/setup --tests")


def test_a_wheel_has_the_sources_and_the_stubs(wheel):
    expected = {
        f"clip_serving/{path.relative_to(SOURCES)}"
        for path in SOURCES.rglob("*")
        if path.suffix in (".py", ".typed") or path.name == "py.typed"
    }
    expected |= {f"clip_serving/_generated/{name}" for name in STUBS}
    names = {n for n in contents(wheel) if ".dist-info/" not in n}
    assert names == expected


def test_a_wheel_requires_what_its_stubs_need(wheel):
    (name,) = [n for n in contents(wheel) if n.endswith("/METADATA")]
    metadata = email.message_from_bytes(contents(wheel)[name])
    requirements = metadata.get_all("Requires-Dist")
    stub = contents(wheel)["clip_serving/_generated/clip_pb2_grpc.py"].decode()
    version = stub.split("GRPC_GENERATED_VERSION = '")[1].split("'")[0]
    assert f"grpcio>={version}" in requirements
    assert any(r.startswith("protobuf<") for r in requirements)
    assert metadata["Requires-Python"] == ">=3.9"


def test_an_sdist_builds_the_same_wheel(copy, wheel, tmp_path):
    python("-m", "hatchling", "build", "-t", "sdist", "-d", tmp_path, cwd=copy)
    (sdist,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = [p for p in tmp_path.iterdir() if p.is_dir()]
    assert (folder / "proto/clip/v1/clip.proto").exists()
    again = wheel_of(folder, tmp_path / "wheel")
    assert contents(again) == contents(wheel)


def test_an_installed_wheel_brings_no_package_named_clip(wheel, tmp_path):
    """That name belongs to others."""
    python("-m", "pip", "install", "--quiet", "--disable-pip-version-check",
           "--no-deps", "--target", tmp_path, wheel)
    out = python("-c", ("import sys; sys.path.insert(0, sys.argv[1])\n"
                        "import clip_serving\n"
                        "print(clip_serving.__file__)\n"
                        "assert 'clip' not in sys.modules\n"), tmp_path)
    assert out.strip() == str(tmp_path / "clip_serving/__init__.py")
