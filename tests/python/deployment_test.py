"""What deploy/ configures is what the server understands."""

import pathlib
import re
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


def names_served(server):
    """Every series that /metrics has."""
    text = "\n".join(server.metrics())
    return set(re.findall(r"^([a-z_]+)[{ ]", text, re.MULTILINE))


def test_alerts_and_dashboard_ask_for_metrics_that_the_server_has():
    monitoring = ROOT / "deploy/monitoring"
    asked = set()
    for file in ("alerts.yaml", "dashboard.json"):
        asked |= set(
            re.findall(r"\b((?:clip|process)_[a-z_]+)[{\[)]",
                       (monitoring / file).read_text()))
    assert "clip_requests_total" in asked
    with RunningServer("--model", "emoji-clip", "--lame-duck", "0s") as server:
        assert asked <= names_served(server), asked - names_served(server)


def test_every_alert_has_its_section_in_the_runbook():
    monitoring = ROOT / "deploy/monitoring"
    rules = (monitoring / "alerts.yaml").read_text()
    runbook = (monitoring / "runbook.md").read_text()
    alerts = re.findall(r"alert: (\w+)", rules)
    assert alerts == re.findall(r"^## (\w+)", runbook, re.MULTILINE)
