"""The wall of a scene.yaml, with doors and windows."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np

from blender_synth.values import PositiveRange, Range, plain, vec3
from blender_synth.world.layout import BuiltInMirror, MirrorMount, Obstacle
from blender_synth.world.scenery.shared.outlines import HEAD_M, STEP_M
from blender_synth.world.scenery.shared.part_base import (
    COLOURS,
    Colours,
    Material,
    PartBase,
    PartSample,
)
from blender_synth.world.scenery.shared.pieces import Piece, Pieces, footprint, rounded
from blender_synth.world.scenery.shared.street_palette import linear

_SKIRTING_M = 0.015
LEAST_MOUNT_M = 1.2
_FRAME_M, _PANE_M = 0.05, 0.012


@plain
class Opening:
    """An opening of a wall.

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `at_m` | required | m | its centre, from the start of the wall |
    | `width_m` | required | m | width |
    | `height_m` | required | m | height |
    | `sill_m` | [0, 0] | m | height of its lower edge |
    | `fill` | none | choice | `none`, `glass` (labelled pane), `window` (opaque pane) or `door` |
    | `colour` | ["#ece9e0"] | #rrggbb | colours of the frame, of which one is sampled |
    """

    at_m: Range
    width_m: PositiveRange
    height_m: PositiveRange
    sill_m: Range = (0.0, 0.0)
    fill: Literal["none", "glass", "window", "door"] = "none"
    colour: Colours = ("#ece9e0",)


Hole = tuple[float, float, float, float, Opening]
"""Start and end along the wall, lower and upper edge, and the opening."""


@plain
class Wall(PartBase):
    """An upright wall; its front, on the left of the line from `from_m` to `to_m`, lies on that line.

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `part` | required | choice | `wall` |
    | `from_m` | required | m | start (x, y) |
    | `to_m` | required | m | end (x, y) |
    | `base_m` | [0, 0] | m | height of its base |
    | `height_m` | [3, 3] | m | height |
    | `thickness_m` | [0.2, 0.2] | m | thickness |
    | `material` | plaster | choice | material of its surface |
    | `openings` | [] | list | doors and windows |
    | `skirting` | false | flag | whether it has a skirting board |
    | `mounts` | true | flag | whether mirrors may hang on its blank sections |
    """

    part: Literal["wall"]
    from_m: tuple[Range, Range]
    to_m: tuple[Range, Range]
    base_m: Range = (0.0, 0.0)
    height_m: PositiveRange = (3.0, 3.0)
    thickness_m: PositiveRange = (0.2, 0.2)
    material: Material = "plaster"
    openings: tuple[Opening, ...] = ()
    skirting: bool = False
    mounts: bool = True

    def default_colour(self) -> str:
        """The usual colour of the material."""
        return COLOURS[self.material]

    def _add_one(self, sample: PartSample, into: Pieces) -> None:
        sx, sy, _ = sample.shift
        start = np.array([sample.value(f"from{k}", self.from_m[k]) for k in (0, 1)]) + (sx, sy)
        end = np.array([sample.value(f"to{k}", self.to_m[k]) for k in (0, 1)]) + (sx, sy)
        length = float(np.linalg.norm(end - start))
        if length < 0.05:
            return
        along = (end - start) / length
        turn = math.degrees(math.atan2(along[1], along[0]))
        base = sample.value("base", self.base_m) + float(sample.shift[2])
        height, thick = sample.value("height", self.height_m), sample.value("thickness", self.thickness_m)
        holes = sorted(self._holes(sample, length, height), key=lambda hole: hole[0])
        category = self.category or "building"

        def block(x0: float, x1: float, z0: float, z1: float, **other: Any) -> None:
            """A box of the wall, x from its start; without room nothing."""
            if x1 - x0 < 0.005 or z1 - z0 < 0.005:
                return
            deep = other.pop("deep", (0.0, thick))
            middle = start + along * (x0 + x1) / 2 + np.array([along[1], -along[0]]) * (deep[0] + deep[1]) / 2
            options = {"material": self.material, "rgb": sample.rgb, "thing": sample.name, "shape": "box"} | other
            into.add(category, Piece(size_m=(x1 - x0, deep[1] - deep[0], z1 - z0), wear=sample.wear, turn_deg=turn,
                                     position_m=(float(middle[0]), float(middle[1]), base + z0), **options),
                     ground_z_m=base)  # fmt: skip

        at = 0.0
        for x0, x1, z0, z1, hole in holes:
            block(at, x0, 0.0, height)
            self._mount(into, f"{sample.name}_{round(at, 2):g}", start, along, (at, x0), base, height)
            block(x0, x1, 0.0, z0)
            block(x0, x1, z1, height)
            self._fill(block, into, sample, hole, (x0, x1, z0, z1), (start, along, base, thick))
            at = x1
        block(at, length, 0.0, height)
        self._mount(into, f"{sample.name}_{round(at, 2):g}", start, along, (at, length), base, height)
        if self.skirting:
            for x0, x1 in _between([(h[0], h[1]) for h in holes if h[2] < 0.1], length):
                begin = max(x0, _SKIRTING_M)  # in a corner the other wall's skirting ends here
                block(begin, x1, 0.0, 0.09, deep=(-_SKIRTING_M, 0.0), material="paint", rgb=linear("#e9e6de"))

    def _holes(self, sample: PartSample, length: float, height: float) -> list[Hole]:
        found: list[Hole] = []
        for n, hole in enumerate(self.openings):
            wide = min(sample.value(f"hole{n}/width", hole.width_m), length - 0.1)
            sill = max(sample.value(f"hole{n}/sill", hole.sill_m), 0.0)
            top = min(sill + sample.value(f"hole{n}/height", hole.height_m), height - 0.02)
            middle = float(np.clip(sample.value(f"hole{n}/at", hole.at_m), wide / 2 + 0.02, length - wide / 2 - 0.02))
            x0, x1 = middle - wide / 2, middle + wide / 2
            if top > sill + 0.1 and wide > 0.1 and all(x1 <= o[0] or x0 >= o[1] for o in found):
                found.append((x0, x1, sill, top, hole))
        return found

    def _mount(
        self,
        into: Pieces,
        name: str,
        start: np.ndarray,
        along: np.ndarray,
        span: tuple[float, float],
        base: float,
        height: float,
    ) -> None:
        x0, x1 = span[0] + 0.1, span[1] - 0.1
        if not self.mounts or x1 - x0 < LEAST_MOUNT_M or height < 1.5:
            return
        # the front is on the left of the wall's direction, so its end is on the left as seen from the front
        a, b = start + along * x1, start + along * x0
        facing = math.degrees(math.atan2(along[0], -along[1])) % 360.0
        left, right = rounded([a, b])
        into.mounts.append(MirrorMount(name=name, start_xy_m=left, end_xy_m=right, facing_deg=facing, base_z_m=base,
                                       clear_height_m=height - 0.05))  # fmt: skip

    def _fill(
        self,
        block: Callable[..., None],
        into: Pieces,
        sample: PartSample,
        hole: Opening,
        span: tuple[float, float, float, float],
        wall: tuple[np.ndarray, np.ndarray, float, float],
    ) -> None:
        """Add the frame of an opening, and its pane, window or door leaf."""
        x0, x1, z0, z1 = span
        start, along, base, thick = wall
        if hole.fill == "none":
            return
        paint = sample.streams.rng(f"frame/{x0:.2f}")
        rgb = linear(hole.colour[int(paint.integers(len(hole.colour)))])
        frame = {"material": "paint", "rgb": rgb, "deep": (0.3 * thick, 0.3 * thick + 0.07)}
        f = _FRAME_M
        block(x0, x0 + f, z0, z1, **frame)
        block(x1 - f, x1, z0, z1, **frame)
        block(x0 + f, x1 - f, z1 - f, z1, **frame)
        if z0 > 0.05:
            block(x0 + f, x1 - f, z0, z0 + f, **frame)
            z0 += f
        x0, x1, z1 = x0 + f, x1 - f, z1 - f
        deep = 0.3 * thick + 0.035
        if hole.fill == "glass":
            out = np.array([-along[1], along[0]])
            corners = [start + along * x - out * deep for x in (x1, x0)]
            (ax, ay), (bx, by) = corners
            face = ((ax, ay, base + z0), (bx, by, base + z0), (bx, by, base + z1), (ax, ay, base + z1))
            face_m = tuple(vec3(round(float(v), 5) for v in p) for p in face)
            name = f"{sample.name}|glass|{len(into.built_in_mirrors)}"
            into.built_in_mirrors.append(
                BuiltInMirror(
                    part=name,
                    faces_m=(face_m,),
                    surface="glass",
                    tint=(0.9, 0.93, 0.915),
                    host=self.category or "building",
                )
            )
            sheet = Piece(thing="", shape="box", size_m=(x1 - x0, _PANE_M, z1 - z0),
                          position_m=(float((ax + bx) / 2), float((ay + by) / 2), base + z0),
                          turn_deg=math.degrees(math.atan2(along[1], along[0])))  # fmt: skip
            if z0 < HEAD_M and z1 > STEP_M:
                outline = footprint(sheet)
                into.obstacles.append(Obstacle(name=name, polygon_xy_m=outline, height_m=z1 - z0, base_z_m=base + z0))
        elif hole.fill == "window":
            block(x0, x1, z0, z1, shape="window", material="window", deep=(deep, deep + 0.02))
        else:
            wood = linear(("#6b4a33", "#2c4a3c", "#26364e", "#5a2a24")[int(paint.integers(4))])
            block(x0, x1, z0, z1, material="wood", rgb=wood, deep=(deep, deep + 0.04))
            knob = x1 - 0.09
            block(knob - 0.06, knob + 0.06, z0 + 1.0, z0 + 1.03, material="metal", rgb=linear("#b9bcbe"),
                  deep=(deep - 0.05, deep - 0.03))  # fmt: skip


def _between(gaps: Sequence[tuple[float, float]], length: float) -> list[tuple[float, float]]:
    edges = [0.0, *(v for gap in gaps for v in gap), length]
    return list(zip(edges[::2], edges[1::2], strict=True))
