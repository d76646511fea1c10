"""`blender-synth assets`: the real command."""

from __future__ import annotations

import cv2
import pytest

from tests.commands import run_here


def command(*arguments, cwd):
    return run_here("assets", *arguments, cwd=cwd)


@pytest.mark.blender
def test_preview_shows_each_person_from_both_sides(tmp_path):
    done = command(
        "preview",
        "people",
        "seed=2",
        "--count=2",
        "--height-px=120",
        "--samples=1",
        "--out=new/sheet.png",
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "2 people in new/sheet.png\n"
    sheet = cv2.imread(str(tmp_path / "new" / "sheet.png")).astype(float)
    row = sheet[:120]
    tile = row.shape[1] // 12
    assert row.shape[1] == 12 * tile
    spread = [row[:, n * tile : (n + 1) * tile].std() for n in range(12)]
    assert min(spread[:4]) > 2 * max(spread[4:])  # four figures, and eight places for people who were not asked for


def test_bad_overrides_are_told_before_blender_starts(tmp_path):
    done = command("preview", "people", "pedestrians.dress=naked", cwd=tmp_path)
    assert done.returncode == 1
    assert "pedestrians.dress" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("arguments", [["preview", "people", "--count=0"], ["preview"], ["check"], ["new"], []])
def test_bad_usage(arguments, tmp_path):
    done = command(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert "usage:" in done.stderr
