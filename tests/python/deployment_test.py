"""What deploy/ configures is what the server understands."""

import pathlib
import subprocess
import sys

from running_server import BINARY, RunningServer

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import check_manifests  # pylint: disable=wrong-import-position
import manifest_policy  # pylint: disable=wrong-import-position


def manifests_of(overlay):
    return manifest_policy.Manifests(
        check_manifests.render(check_manifests.KUBERNETES / "overlays" /
                               overlay))


def test_every_setting_of_the_manifests_is_a_flag_of_the_server():
    text = subprocess.run([BINARY, "--help"],
                          check=True,
                          text=True,
                          stdout=subprocess.PIPE).stdout
    for overlay in ("cpu", "gpu"):
        assert manifest_policy.setting_problems(manifests_of(overlay),
                                                text) == []


def test_the_server_starts_with_the_settings_of_the_manifests(monkeypatch):
    for name, value in manifests_of("cpu").settings().items():
        monkeypatch.setenv(name, value)
    with RunningServer("--lame-duck", "0s") as server:
        assert server.stop() == 0
