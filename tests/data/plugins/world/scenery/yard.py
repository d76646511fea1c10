"""A walled end of a yard: a floor and one wall.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `width_m` | [7, 9] | m | length of the wall |
"""

from __future__ import annotations

from typing import Literal

from blender_synth.seeds import Streams
from blender_synth.values import Range, plain, uniform
from blender_synth.world.contracts import SceneryDefaults, SceneryRandomizerDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Area, CameraAnchor, Layout, MirrorMount, Obstacle

FLOOR_ID, WALL_ID = 3001, 3002
WALL_HEIGHT_M, DEPTH_M, THICK_M = 3.0, 6.0, 0.3


@plain
class Spec(SceneryDefaults):
    """One yard: the wall's front is at y = 0 and faces -Y.

    Attributes:
        width_m: length of the wall.
    """

    kind: Literal["yard"] = "yard"
    width_m: float

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Floor and wall."""
        return (
            LabelledInstance(instance_id=FLOOR_ID, category="pavement", name="floor"),
            LabelledInstance(instance_id=WALL_ID, category="building", name="wall"),
        )

    def make_layout(self) -> Layout:
        """People in front of the wall, a mirror on it, a hand-held camera that faces it."""
        half = self.width_m / 2
        floor = ((-half, -DEPTH_M + 2), (half, -DEPTH_M + 2), (half, -0.5), (-half, -0.5))
        wall = ((-half, 0.0), (half, 0.0), (half, THICK_M), (-half, THICK_M))
        return Layout(
            areas=(Area(name="floor", use="pavement", polygon_xy_m=floor, ground_id=FLOOR_ID),),
            mirror_mounts=(
                MirrorMount(
                    name="wall",
                    start_xy_m=(-half, 0.0),
                    end_xy_m=(half, 0.0),
                    facing_deg=-90.0,
                    base_z_m=0.0,
                    clear_height_m=WALL_HEIGHT_M,
                ),
            ),
            cameras=(
                CameraAnchor(
                    name="gate",
                    rig="handheld",
                    start_xy_m=(-0.5, -DEPTH_M),
                    end_xy_m=(0.5, -DEPTH_M),
                    base_z_m=0.0,
                    facing_deg=90.0,
                ),
            ),
            obstacles=(Obstacle(name="wall", polygon_xy_m=wall, height_m=WALL_HEIGHT_M),),
        )


@plain
class Randomizer(SceneryRandomizerDefaults):
    """How yards vary."""

    kind: Literal["yard"] = "yard"
    width_m: Range = (7.0, 9.0)

    def sample(self, streams: Streams) -> Spec:
        """One yard."""
        return Spec(width_m=uniform(streams.rng("yard"), self.width_m))
