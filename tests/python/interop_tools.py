"""The clients of others under .deps/interop, and the commands that docs/interop.md
shows for them."""

import os
import re
import subprocess

import pytest

from running_server import ROOT

CLIENTS = ROOT / ".deps/interop"
TRITON_PYTHON = CLIENTS / "triton/bin/python"
NODE_MODULES = CLIENTS / "node/node_modules"
DOCUMENTED_ADDRESS = "localhost:50051"


def need(path):
    """Skips the test where a client is not installed; on CI that is a failure."""
    if path.exists():
        return path
    reason = f"{path.relative_to(ROOT)} is missing: see what scripts/setup said"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def go_client(name):
    return need(CLIENTS / "go" / name)


def documented(section, language):
    """The code blocks of one language in one section of docs/interop.md."""
    text = (ROOT / "docs/interop.md").read_text()
    sections = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", text, re.M | re.S))
    blocks = re.findall(rf"^```{language}\n(.*?)^```$", sections[section],
                        re.M | re.S)
    assert blocks, f"docs/interop.md has no {language} under {section}"
    return blocks


def run(command, **options):
    """Runs a program in the root of the repository: the finished process."""
    return subprocess.run([str(part) for part in command],
                          cwd=ROOT,
                          capture_output=True,
                          text=True,
                          check=False,
                          timeout=120,
                          **options)


def run_shell(block, address):
    """Runs a documented block of shell commands against `address`."""
    script = block.replace(DOCUMENTED_ADDRESS, address)
    path = f"{CLIENTS / 'go'}:{os.environ['PATH']}"
    return run(["bash", "-euo", "pipefail", "-c", script],
               env={
                   **os.environ, "PATH": path
               })


def run_script(interpreter, block, address, folder, suffix, environment=None):
    """Runs a documented program against `address`."""
    script = folder / f"documented{suffix}"
    script.write_text(block.replace(DOCUMENTED_ADDRESS, address))
    return run([interpreter, script],
               env={
                   **os.environ,
                   **(environment or {})
               })
