"""Broken items in a real run: it stops with the item's name, or goes on without it and says so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from blender_synth import pipeline
from blender_synth.config import compose
from blender_synth.errors import AssetError
from blender_synth.frames.raw_frame import RawFrame
from tests.small_glb import box_document, glb_bytes, write_pack

pytestmark = pytest.mark.blender

TINY = [
    "scene=studio", "pedestrians=none", "mirrors=none", "frames=2", "seed=3", "render.width_px=32",
    "render.height_px=18", "render.samples=1", "render.device=cpu", "props.count=4",
]  # fmt: skip


@pytest.fixture
def pack(tmp_path: Path, monkeypatch) -> Path:
    """Two whole boxes, one that is damaged, and one that only Blender finds to be so."""
    monkeypatch.setenv("BLENDER_SYNTH_CACHE", str(tmp_path / "cache"))
    folder = write_pack(
        tmp_path / "pack",
        "name: mixed\nlicence: MIT\nversion: 1\nstands: [pavement, indoors, wall]\nheight_m: 0.5\n",
        "a.glb",
        "b.glb",
    )
    document, binary = box_document((0, 0, 0), (1, 1, 1))
    document["accessors"][0]["bufferView"] = 77
    (folder / "c_late.glb").write_bytes(glb_bytes(document, binary))
    (folder / "d_early.obj").write_text("no shape at all\n")
    return folder


def _settings(pack: Path, output: Path, *more: str):
    return compose([*TINY, f"packs=[{pack}]", "props.category=mixed", f"output={output}", *more])


def test_a_run_stops_at_a_broken_item(pack: Path, tmp_path: Path):
    with pytest.raises(AssetError, match=r"mixed/d_early: (.|\n)*d_early\.obj"):
        pipeline.render(_settings(pack, tmp_path / "run"))
    assert not (tmp_path / "run").exists()
    (pack / "d_early.obj").unlink()
    with pytest.raises(AssetError, match=r"mixed/c_late: (.|\n)*c_late\.glb"):
        pipeline.render(_settings(pack, tmp_path / "run"))


def test_or_goes_on_without_it(pack: Path, tmp_path: Path, capsys):
    settings = _settings(pack, tmp_path / "run", "packs_on_error=skip", "props.weights={mixed/c_late: 3}")
    assert pipeline.render(settings) == 0
    frames = [RawFrame(tmp_path / f"run/frames/{n:06d}") for n in range(2)]
    shown = [{prop["item"] for prop in frame.meta["spec"]["props"]} for frame in frames]
    assert set() != set.union(*shown) <= {"a", "b"}
    lines = [json.loads(line) for line in (tmp_path / "run/failures.jsonl").read_text().splitlines()]
    assert [line["item"] for line in lines] == ["mixed/d_early", "mixed/c_late"]
    assert all("mend" in line["error"] for line in lines)
    told = capsys.readouterr().err
    assert told.count("left out: mixed/c_late") == 1
    assert "failed" not in told
    # Drawn again by a process that does not know of the broken item yet, the frame is the same.
    before = frames[1].meta["spec"]
    shutil.rmtree(tmp_path / "run/frames/000001")
    assert pipeline.render(settings) == 0
    assert RawFrame(tmp_path / "run/frames/000001").meta["spec"] == before
    assert len((tmp_path / "run/failures.jsonl").read_text().splitlines()) == 2


def test_a_wrong_category_is_told_before_blender_starts(pack: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(pipeline, "Worker", None)
    (pack / "d_early.obj").unlink()
    with pytest.raises(Exception, match=r"no prop has such a category(.|\n)*use one of: mixed"):
        pipeline.render(_settings(pack, tmp_path / "run", "props.category=mixd"))
