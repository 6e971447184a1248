"""The Python package has the API and the licence of this repository."""

import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["proto/clip/v1/clip.proto", "LICENSE"])
def test_a_copy_in_the_package_is_that_of_the_repository(name):
    """The package must build from its folder alone."""
    copied = (ROOT / "client/python" / name).read_text()
    assert copied == (ROOT / name).read_text(), (
        f"run: cp {name} client/python/{name}")
