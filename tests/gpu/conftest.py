"""The fixtures of tests/python, and a skip where there is no GPU."""

import importlib.util
import pathlib
import sys

import pytest

PYTHON_TESTS = pathlib.Path(__file__).resolve().parents[1] / "python"
sys.path.insert(0, str(PYTHON_TESTS))
# By its file: the name "conftest" is taken by this module.
_spec = importlib.util.spec_from_file_location("python_tests_conftest",
                                               PYTHON_TESTS / "conftest.py")
_shared = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_shared)
stubs = _shared.stubs
service = _shared.service
pictures = _shared.pictures
sentences = _shared.sentences

from running_server import RunningServer  # noqa: E402


def start(device, *flags):
    """A server on `device`; skips the test where the device is not there."""
    try:
        return RunningServer("--model", "emoji-clip", "--device", device,
                             "--lame-duck", "0s", *flags)
    except RuntimeError as error:
        if "there is no cuda:" in str(error):
            pytest.skip(f"there is no {device}")
        raise


@pytest.fixture(scope="session")
def start_server():
    return start
