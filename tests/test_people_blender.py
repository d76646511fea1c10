"""People in Blender: one object a person, labelled, with keypoints."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

pytestmark = pytest.mark.blender


def test_person_on_the_stage():
    import bpy

    from blender_synth.blender.people.pedestrian import build
    from blender_synth.blender.stage import Stage
    from blender_synth.seeds import Streams
    from blender_synth.world.people.pedestrian import Randomizer

    bpy.ops.wm.read_factory_settings(use_empty=True)
    stage = Stage(bpy.context.scene)
    spec = Randomizer().sample(Streams(1, 0).child("people/0"), 7, (2.0, 3.0, 0.5), 90.0)
    build(spec, stage)
    (obj,) = stage.objects[7]
    assert obj.pass_index == 7
    bpy.context.view_layer.update()
    points, _ = stage.triangles(7)
    assert points[:, 2].min() == pytest.approx(0.5, abs=0.02)
    assert np.abs(points[:, :2] - [2.0, 3.0]).max() < 1.2
    keypoints = stage.keypoints[7]
    assert keypoints["nose"][1] > 3.0  # heading 90 degrees faces +Y
    assert len(keypoints) == 17
    assert not obj.modifiers
    assert all(m.blend_method != "CLIP" for m in obj.data.materials if hasattr(m, "blend_method"))


def test_a_packs_figure_is_a_pedestrian(tmp_path):
    """A box of a person from a pack is built to size, under its id, with the keypoints that the pack names."""
    import bpy

    from blender_synth.blender.people.figure import build
    from blender_synth.blender.stage import Stage
    from blender_synth.keypoints import COCO_KEYPOINTS
    from blender_synth.packs.loading import load_pack
    from blender_synth.seeds import Streams
    from blender_synth.world.people.figure import Randomizer
    from tests.small_glb import write_pack

    keypoints = ", ".join(f"{name}: [0.1, 1.5, 0.2]" for name in COCO_KEYPOINTS)
    manifest = f"name: cast\nlicence: CC0-1.0\nkind: person\nheight_m: 1.8\nkeypoints: {{{keypoints}}}\n"
    pack = load_pack(write_pack(tmp_path / "cast", manifest))
    randomizer = Randomizer(share=1.0)
    spec = randomizer.sample(Streams(1, 0), 9, randomizer.choices((pack,)))
    spec = dataclasses.replace(spec, position_m=(1.0, 2.0, 0.1), heading_deg=90.0)
    bpy.ops.wm.read_factory_settings(use_empty=True)
    stage = Stage(bpy.context.scene)
    stage.pack_roots = {"cast": pack.folder}
    build(spec, stage)
    bpy.context.view_layer.update()
    points, _ = stage.triangles(9)
    assert points[:, 2].min() == pytest.approx(0.1, abs=1e-5)
    assert points[:, 2].max() == pytest.approx(1.9, abs=1e-5)
    assert points[:, :2].mean(0) == pytest.approx([1.0, 2.0], abs=1e-5)
    # the file is 2 m tall, +y up, +z to the front: (x, y, z) of the file are (left, up, ahead) of the person
    assert stage.keypoints[9]["nose"] == pytest.approx([1.0 - 0.09, 2.0 + 0.18, 0.1 + 1.35], abs=1e-5)
