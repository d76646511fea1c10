"""A plain floor with one long wall: fast to render, for previews of assets and for tests.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `width_m` | [14, 14] | m | width of floor and wall |
| `wall_height_m` | [3.2, 3.2] | m | height of the wall |
| `grey` | [0.25, 0.5] | 0 to 1 | linear reflectance of floor and wall, one value each |
"""

from __future__ import annotations

from typing import Literal

from blender_synth.seeds import Streams
from blender_synth.values import Range, Rgb, plain, uniform
from blender_synth.world.contracts import SceneryDefaults, SceneryRandomizerDefaults
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import Area, CameraAnchor, Layout, MirrorMount, Obstacle, PropSpot

FLOOR_ID, WALL_ID = 3001, 3002
WALL_Y_M = 5.0


@plain
class Spec(SceneryDefaults):
    """One studio: the wall is at y = 5 and faces -Y; cameras face it from y = -7.

    Attributes:
        width_m: width of floor and wall.
        wall_height_m: height of the wall.
        floor_rgb, wall_rgb: linear reflectance.
    """

    kind: Literal["studio"] = "studio"
    width_m: float
    wall_height_m: float
    floor_rgb: Rgb
    wall_rgb: Rgb

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """Floor and wall."""
        return (
            LabelledInstance(instance_id=FLOOR_ID, category="pavement", name="floor"),
            LabelledInstance(instance_id=WALL_ID, category="building", name="wall"),
        )

    def make_layout(self) -> Layout:
        """The floor in front of the wall, with cameras of every rig that face the wall."""
        half = self.width_m / 2
        floor = ((-half + 1, -5.0), (half - 1, -5.0), (half - 1, WALL_Y_M - 0.5), (-half + 1, WALL_Y_M - 0.5))
        slab = ((-half, WALL_Y_M), (half, WALL_Y_M), (half, WALL_Y_M + 0.2), (-half, WALL_Y_M + 0.2))
        return Layout(
            areas=(Area(name="floor", use="indoors", polygon_xy_m=floor, ground_id=FLOOR_ID),),
            mirror_mounts=(
                MirrorMount(
                    name="wall",
                    start_xy_m=(-half + 0.5, WALL_Y_M),
                    end_xy_m=(half - 0.5, WALL_Y_M),
                    facing_deg=-90.0,
                    base_z_m=0.0,
                    clear_height_m=self.wall_height_m,
                ),
            ),
            cameras=tuple(
                CameraAnchor(
                    name=rig, rig=rig, start_xy_m=(-1.0, -7.0), end_xy_m=(1.0, -7.0), base_z_m=0.0, facing_deg=90.0
                )
                for rig in ("handheld", "dashcam", "cctv")
            ),
            obstacles=(Obstacle(name="wall", polygon_xy_m=slab, height_m=self.wall_height_m),),
            prop_spots=tuple(
                PropSpot(name=f"spot_{n}", use=use, position_m=(x, y, 0.0), heading_deg=-90.0, room_m=1.0)
                for n, (x, y, use) in enumerate(((-4, 2, "pavement"), (4, 2, "indoors"), (-4, -1, "road")))
            ),
        )


@plain
class Randomizer(SceneryRandomizerDefaults):
    """How studios vary; every parameter is described in the docstring of this file."""

    kind: Literal["studio"] = "studio"
    width_m: Range = (14.0, 14.0)
    wall_height_m: Range = (3.2, 3.2)
    grey: Range = (0.25, 0.5)

    def sample(self, streams: Streams) -> Spec:
        """One studio."""
        rng = streams.rng("studio")
        floor, wall = uniform(rng, self.grey), uniform(rng, self.grey)
        return Spec(
            width_m=uniform(rng, self.width_m),
            wall_height_m=uniform(rng, self.wall_height_m),
            floor_rgb=(floor, floor, floor),
            wall_rgb=(wall, wall, wall),
        )
