"""People in Blender: one object a person, labelled, with keypoints."""

from __future__ import annotations

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
    points = np.array([obj.matrix_world @ v.co for v in obj.data.vertices])
    assert points[:, 2].min() == pytest.approx(0.5, abs=0.02)
    assert np.abs(points[:, :2] - [2.0, 3.0]).max() < 1.2
    keypoints = stage.keypoints[7]
    assert keypoints["nose"][1] > 3.0  # heading 90 degrees faces +Y
    assert len(keypoints) == 17
    assert not obj.modifiers
    assert all(m.blend_method != "CLIP" for m in obj.data.materials if hasattr(m, "blend_method"))
