"""The notebook of the documents runs from its first cell to its last."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from blender_synth.verify import main as verify
from tests.notebooks import run_cells

NOTEBOOK = Path(__file__).parents[1] / ".docs/first_dataset.ipynb"


@pytest.mark.blender
def test_the_first_dataset(tmp_path: Path):
    notebook = json.loads(NOTEBOOK.read_text(encoding="utf-8"))
    names = run_cells(notebook, tmp_path)
    outputs = [cell["outputs"] for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(outputs), "a cell shows nothing"
    assert sum("image/png" in output.get("data", {}) for cell in outputs for output in cell) == 2
    assert len(names["run"]) == 4
    pictures = list((tmp_path / names["dataset"]).glob("images/*/*"))
    assert 1 <= len(pictures) <= 4
    assert all(picture.stem.endswith("mor300") for picture in pictures)
    labels = list((tmp_path / names["dataset"]).glob("labels/*/*.txt"))
    assert any(label.read_text() for label in labels)
    verify([str(tmp_path / "out/first"), str(tmp_path / names["dataset"])])


def test_the_notebook_shows_what_its_cells_gave():
    cells = [cell for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert all(cell["outputs"] for cell in cells)
    assert NOTEBOOK.stat().st_size < 900_000
