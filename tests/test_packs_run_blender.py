"""Broken items in a real run: it stops with the item's name, or goes on without it and says so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from blender_synth import pipeline
from blender_synth.blender_process import BlenderProcess
from blender_synth.config import compose
from blender_synth.errors import AssetError
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.packs import ingest
from tests.small_glb import box_document, glb_bytes, write_pack

pytestmark = pytest.mark.blender

TINY = [
    "scene=studio", "pedestrians=none", "mirrors=none", "frames=2", "seed=3", "render.width_px=32",
    "render.height_px=18", "render.samples=1", "render.device=cpu", "props.count=4",
]  # fmt: skip


@pytest.fixture
def pack(tmp_path: Path, monkeypatch) -> Path:
    """Two whole boxes, one that is damaged, and one that is damaged after it was measured."""
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
    ask = ingest._answer

    def answer(process: BlenderProcess, shape: ingest.Shape, *more: Any) -> dict[str, Any]:
        if shape.file.name != "c_late.glb":
            return ask(process, shape, *more)
        return {"box_m": [[0, 0, 0], [1, 1, 1]], "triangles": 12, "materials": [], "bones": {}, "problems": []}

    monkeypatch.setattr(ingest, "_answer", answer)
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
    shown = [{prop.asset.partition("/")[2] for prop in frame.meta.props} for frame in frames]
    assert set() != set.union(*shown) <= {"a", "b"}
    lines = [json.loads(line) for line in (tmp_path / "run/failures.jsonl").read_text().splitlines()]
    assert [line["item"] for line in lines] == ["mixed/d_early", "mixed/c_late"]
    assert all("fix:" in line["error"] for line in lines)
    told = capsys.readouterr().err
    assert told.count("left out: mixed/c_late") == 1
    assert "failed" not in told
    # Drawn again by a process that does not know of the broken item yet, the frame is the same.
    before = frames[1].meta.spec
    shutil.rmtree(tmp_path / "run/frames/000001")
    assert pipeline.render(settings) == 0
    assert RawFrame(tmp_path / "run/frames/000001").meta.spec == before
    assert len((tmp_path / "run/failures.jsonl").read_text().splitlines()) == 2


def test_a_wrong_category_is_told_before_blender_starts(pack: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(pipeline, "worker_for", None)
    (pack / "d_early.obj").unlink()
    with pytest.raises(Exception, match=r"no prop has such a category(.|\n)*use one of: (.*, )?mixed"):
        pipeline.render(_settings(pack, tmp_path / "run", "props.category=mixd"))


def test_people_from_a_blend_with_a_rig(tmp_path: Path, monkeypatch):
    """Two figures of one file, each its own, one in two dresses, with the keypoints of their bones."""
    import bpy

    from blender_synth.blender.people.figure import build
    from blender_synth.blender.stage import Stage
    from blender_synth.packs import load_pack
    from blender_synth.seeds import Streams
    from blender_synth.world.people.figure import Randomizer
    from tests.made_assets import export, fresh, make_crate, world_box

    monkeypatch.setenv("BLENDER_SYNTH_CACHE", str(tmp_path / "cache"))
    ann = make_crate(tmp_path / "cast", "ann")
    ann.location.x = 0.0
    bpy.ops.object.armature_add()
    rig = bpy.context.object
    rig.parent = ann
    rig.data.bones[0].name = "upper_arm.L"
    bert = bpy.data.objects.new("bert", ann.data)
    bert.scale.z = 0.5
    bpy.context.scene.collection.objects.link(bert)
    export(tmp_path / "cast/cast.blend")
    manifest = """
name: cast
licence: MIT
kind: person
items:
  - {file: cast.blend, object: ann, height_m: 1.7, skeleton: {left_shoulder: upper_arm.L}, variants: {wood: "#ff0000"}}
  - {file: cast.blend, object: bert, height_m: 1.9}
"""
    (tmp_path / "cast/pack.yaml").write_text(manifest)
    pack = load_pack(tmp_path / "cast")
    fresh()
    stage = Stage(bpy.context.scene)
    stage.pack_roots = {"cast": pack.folder}
    randomizer = Randomizer(share=1.0)
    for number, height_m in ((1, 1.7), (2, 1.9)):
        choices = [row for row in randomizer.choices((pack,)) if row[1].terms.height_m == height_m]
        build(randomizer.sample(Streams(1, 0), number, choices), stage)
        box = world_box(stage.objects[number])
        assert box[1, 2] - box[0, 2] == pytest.approx(height_m, abs=1e-4)
    assert tuple(stage.objects[1][0]["bs_variant_wood"]) == (1.0, 0.0, 0.0)
    assert set(stage.keypoints) == {1}
    assert stage.keypoints[1]["left_shoulder"] == pytest.approx([0, 0, 0.85], abs=1e-5)  # its middle
