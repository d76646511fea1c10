"""Adds one figure from an asset pack to the scene."""

from __future__ import annotations

import numpy as np

from blender_synth.blender import props
from blender_synth.blender.stage import Stage
from blender_synth.bodies.skeleton import Z, rotation
from blender_synth.world.people.figure import Spec
from blender_synth.world.placement.props import PropSpec


def build(spec: Spec, stage: Stage, detail: str = "full") -> None:
    """Add the figure under the spec's instance id, with the keypoints that its pack knows; `detail` is ignored."""
    shape = PropSpec(
        instance_id=spec.instance_id,
        category="pedestrian",
        pack=spec.pack,
        item=spec.item,
        file=spec.file,
        object=spec.object,
        collection=spec.collection,
        variant=spec.variant,
        up_axis=spec.up_axis,
        front=spec.front,
        origin_m=spec.origin_m,
        position_m=spec.position_m,
        heading_deg=spec.heading_deg,
        scale=(spec.scale,) * 3,
        low_m=spec.low_m,
        high_m=spec.high_m,
        licence=spec.licence,
    )
    props.build(shape, stage, stage.pack_roots[spec.pack])
    if spec.keypoints_m:
        turn = rotation(Z, spec.heading_deg)
        stage.keypoints[spec.instance_id] = {
            name: turn @ np.array(point) + spec.position_m for name, point in spec.keypoints_m.items()
        }
