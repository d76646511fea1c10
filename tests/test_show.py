"""`blender-synth show`: the pictures that it writes, and the indices that it takes."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from blender_synth.errors import RunError
from blender_synth.exporters import export_dataset, exporter_settings
from blender_synth.show import main, show
from tests.made_frames import HEIGHT, NEUTRAL, PERSON_BOX, REFLECTION_BOX, WIDTH, make_frame, make_run

SCALE = 1280 // WIDTH


def _inside(box: tuple[slice, slice], picture: np.ndarray) -> np.ndarray:
    """Mean colour, R G B, of the middle of a box of the frame in an enlarged picture."""
    rows, columns = (slice((part.start + 1) * SCALE, (part.stop - 1) * SCALE) for part in box)
    return picture[rows, columns, ::-1].reshape(-1, 3).mean(axis=0)


def test_a_run_is_shown_with_its_labels(tmp_path: Path, capsys):
    run = make_run(tmp_path / "run", 1)
    make_frame(run / "frames/000007", 7)
    main([str(run), "7", "0", "7", "--output", str(tmp_path / "shown")])
    files = [Path(line) for line in capsys.readouterr().out.splitlines()]
    assert [file.name for file in files] == ["run_000007.png", "run_000000.png"]
    picture = cv2.imread(str(files[0]))
    assert picture.shape == (HEIGHT * SCALE, WIDTH * SCALE, 3)
    red, green, blue = _inside(PERSON_BOX, picture)
    assert green > red
    assert green > blue
    red, green, blue = _inside(REFLECTION_BOX, picture)
    assert min(red, blue) > green


def test_without_an_index_the_first_picture_is_shown(tmp_path: Path):
    assert [file.name for file in show(make_run(tmp_path / "run", 3), [], tmp_path / "shown")] == ["run_000000.png"]


def test_a_coco_dataset_is_shown_with_its_labels(tmp_path: Path):
    settings = exporter_settings({"kind": "coco", "splits": {"train": 1}})
    export_dataset([make_run(tmp_path / "run", 3)], tmp_path / "data", settings, NEUTRAL)
    [file] = show(tmp_path / "data", [2], tmp_path / "shown")
    assert file.name == "run_000002.png"
    red, green, blue = _inside(PERSON_BOX, cv2.imread(str(file)))
    assert green > max(red, blue)


def test_other_formats_are_shown_without_labels(tmp_path: Path, capsys):
    settings = exporter_settings({"kind": "yolo", "splits": {"train": 1}})
    export_dataset([make_run(tmp_path / "run", 2)], tmp_path / "data", settings, NEUTRAL)
    assert len(show(tmp_path / "data", [1], tmp_path / "shown")) == 1
    assert "no labels are known" in capsys.readouterr().err


def test_what_cannot_be_shown_is_named(tmp_path: Path):
    run = make_run(tmp_path / "run", 2)
    with pytest.raises(RunError, match=r"no picture of this number[\s\S]*9[\s\S]*choose one of: 0, 1"):
        show(run, [9], tmp_path / "shown")
    (run / "frames/000001/labels.exr").write_bytes(b"")
    with pytest.raises(RunError, match=r"nothing can be shown[\s\S]*damaged"):
        show(run, [1], tmp_path / "shown")
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="stands where a folder"):
        show(run, [0], tmp_path / "file")
