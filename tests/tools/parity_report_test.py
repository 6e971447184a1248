import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
from parity_report import LIMITS, Parity, ParityReport  # noqa: E402


def test_rows_survive_another_run(tmp_path):
    report = ParityReport(tmp_path / "parity.md")
    report.add("b", Parity(151_000_000, 1.5e-7, 2e-8, 3e-6, 4e-7, None))
    report.write("4.2.0")
    report = ParityReport(tmp_path / "parity.md")
    report.add("a", Parity(2_000_000, 1e-8, 1e-8, 1e-8))
    report.write("4.2.0")
    rows = ParityReport(tmp_path / "parity.md").rows
    assert list(rows) == ["a", "b"]
    assert rows["b"] == Parity(151_000_000, 1.5e-7, 2e-8, 3e-6, 4e-7, None)
    assert "\n2 of 2 are." in (tmp_path / "parity.md").read_text()


def test_a_difference_above_its_limit_is_counted_as_one(tmp_path):
    report = ParityReport(tmp_path / "parity.md")
    for name, limit in LIMITS.items():
        differences = dict.fromkeys(("pixels", "ids", "logits"), 0.0)
        for value in (2 * limit, float("nan")):
            parity = Parity(1, **{**differences, name: value})
            assert not parity.equal, name
        report.add(name, parity)
    report.write("4.2.0")
    assert "\n0 of 5 are." in (tmp_path / "parity.md").read_text()


def test_the_committed_table_holds_what_docs_say_is_served():
    rows = ParityReport(ROOT / "docs/parity.md").rows
    models = (ROOT / "docs/models.md").read_text()
    assert rows
    for name, row in rows.items():
        config = name.split(" at ")[0]
        assert f"\n| {config} | C" in models, name
        assert row.equal, name
