"""A Markdown table of how far a served model is from open_clip.

    report = ParityReport(path)    # reads what is there
    report.add("ViT-B-32", Parity(...))
    report.write()
"""

import dataclasses
import pathlib

HEADER = """\
# Parity

The largest difference between the served embeddings and open_clip's, each of
length 1, and between the logits. Every model is of full size, has random
parameters, was written by open_clip {version} and is served in float32 on a
CPU; open_clip computes in float64, which shows what is due to rounding.
`pixels` and `ids` are rows made outside; `pictures` are JPEG, PNG, WebP and BMP
files and `strings` are texts, which the server prepares itself ("-" where the
tokenizer would have to be fetched, or not compared). "at N" is with
--image-size N, in open_clip force_image_size.

`tools/verify_model.py --encoded --report docs/parity.md CONFIG...` adds or
replaces rows. A row counts as equal up to 2e-4, logits up to 1e-2:
{equal} of {count} are.

| config | parameters | pixels | ids | logits | pictures | strings |
|---|---|---|---|---|---|---|
"""
LIMITS = {"pixels": 2e-4, "ids": 2e-4, "logits": 1e-2, "pictures": 2e-4,
          "strings": 2e-4}


@dataclasses.dataclass
class Parity:
    """The largest differences of one config; None: not compared."""

    parameters: int
    pixels: float
    ids: float
    logits: float
    pictures: float | None = None
    strings: float | None = None

    @property
    def equal(self):
        # Not `value > limit`, which NaN would pass.
        return all(value is None or value <= limit for name, limit in
                   LIMITS.items() for value in (getattr(self, name),))

    def cells(self):
        differences = [getattr(self, name) for name in LIMITS]
        return [f"{self.parameters / 1e6:.0f} M",
                *("-" if d is None else f"{d:.1e}" for d in differences)]

    @classmethod
    def of_cells(cls, cells):
        return cls(int(cells[0].split()[0]) * 1_000_000,
                   *(None if c == "-" else float(c) for c in cells[1:]))


class ParityReport:
    """The table in a file; a config has one row."""

    def __init__(self, path):
        self._path = pathlib.Path(path)
        self.rows = {}
        if self._path.exists():
            for line in self._path.read_text().splitlines():
                name, *cells = [c.strip() for c in line.split("|")[1:-1]] or [""]
                if len(cells) == 6 and cells[0].endswith(" M"):
                    self.rows[name] = Parity.of_cells(cells)

    def add(self, name, parity):
        self.rows[name] = parity

    def write(self, version):
        equal = sum(row.equal for row in self.rows.values())
        lines = [f"| {' | '.join([name, *row.cells()])} |\n"
                 for name, row in sorted(self.rows.items())]
        self._path.write_text(HEADER.format(
            version=version, equal=equal, count=len(lines)) + "".join(lines))
