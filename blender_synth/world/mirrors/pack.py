"""Mirrors from asset packs (items of `kind: mirror`), hung on walls, leaning on them or standing before them.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `category` | [] | names | only items whose frame is of one of these categories; empty for all |
| `tags` | [] | names | only items with one of these tags; empty for all |
| `weights` | {} | factors | multiplies the packs' own weights, by pack, category or `pack/item`; 0 excludes |
| `middle_m` | [1.35, 1.65] | m | height of a hung pane's middle above the ground |
| `lean_deg` | [3.0, 7.0] | degrees | tilt of leaning mirrors |
| `before_wall_m` | [0.05, 0.2] | m | from the wall to the back of mirrors that stand on their own feet |
| `dust` | [0.0, 0.4] | 0 to 1 | dust on the pane, in the picture only |
| `waviness` | [0.0, 0.2] | 0 to 1 | waviness of the pane, in the picture only |
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from blender_synth.errors import ConfigError
from blender_synth.packs.items import Item, Pack
from blender_synth.seeds import Streams
from blender_synth.values import Range, Vec2, Vec3, plain, uniform, vec2, vec3
from blender_synth.world.labelled_instances import LabelledInstance
from blender_synth.world.layout import MirrorMount
from blender_synth.world.mirrors.mounting import OnMount
from blender_synth.world.mirrors.placement_context import PlacementContext
from blender_synth.world.mirrors.shapes import Sheet, in_polygon, mirror_instances
from blender_synth.world.pack_items import FromPack, WeightedItem, items_in_packs
from blender_synth.world.placement.props import Names, chosen_variant

WALL_GAP_M = 0.012
"""Gap between a mirror's back and the wall."""
_PEOPLE_M = 0.3
"""Distance of people and camera from a mirror that stands before the wall."""


@plain
class Spec(OnMount, FromPack, Sheet):
    """One mirror of a pack. The sheet's rectangle is the one around its pane.

    Attributes:
        outline_m: (right, up) of the pane's convex outline from `position_m` on, counter-clockwise.
        mount: name of the wall's mount.
        pack, item: names of the pack and of its item; file: relative to the pack's folder.
        object, collection: name in a `.blend`.
        up_axis, front: directions in the file that become +Z and +X of the shape.
        variant: replacements of materials of the file (see `PropSpec`).
        material: the material whose faces are the pane.
        origin_m: the point of the file, in the shape's axes before scaling, that comes to `body_m`.
        body_m, heading_deg, lean_deg: where that is, the azimuth of its front, how far its top leans back.
        scale: factors along the shape's axes.
        frame_category: category of everything except the pane.
        licence, author, source: carried into every frame that shows it.
    """

    kind: Literal["pack"] = "pack"
    mount: str
    outline_m: tuple[Vec2, ...]
    pack: str
    item: str
    file: str
    object: str = ""
    collection: str = ""
    up_axis: str
    front: str
    variant: dict[str, str] = Field(default_factory=dict)
    material: str
    origin_m: Vec3
    body_m: Vec3
    heading_deg: float
    lean_deg: float = 0.0
    scale: Vec3
    frame_category: str
    licence: str
    author: str = ""
    source: str = ""

    def reflection_points(self, camera_m: np.ndarray, points_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where (N, 3) points (N, 3) are seen from a camera at (3,), and which (N,) of these lie on the pane."""
        hits, on = super().reflection_points(camera_m, points_m)
        right, up, _ = self.axes()
        away = hits - np.array(self.position_m)
        return hits, on & in_polygon(np.stack([away @ right, away @ up], axis=1), np.array(self.outline_m))

    def labelled_instances(self) -> tuple[LabelledInstance, ...]:
        """The pane and its frame."""
        return mirror_instances(self, holder=self.frame_category)


@plain
class Randomizer:
    """Which mirrors of packs, and how they are placed."""

    kind: Literal["pack"] = "pack"
    category: Names = ()
    tags: Names = ()
    weights: dict[str, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(default_factory=dict)
    middle_m: Range = (1.35, 1.65)
    lean_deg: Range = (3.0, 7.0)
    before_wall_m: Range = (0.05, 0.2)
    dust: Range = (0.0, 0.4)
    waviness: Range = (0.0, 0.2)

    def resolve_packs(self, packs: Sequence[Pack], streams: Streams) -> PackMirrors:
        """A proposer of the mirrors in these packs.

        Args:
            packs: from `packs.find_packs`. streams: for the choice of the item, once for each mirror, so that
                large items are not preferred for showing more.

        Raises:
            ConfigError: no pack has such a mirror.
        """
        found = items_in_packs(packs, "mirror")
        known: dict[str, set[str]] = {
            "category": {item.terms.category for _, item in found},
            "tags": {tag for _, item in found for tag in item.terms.tags},
        }
        known["weights"] = known["category"] | {n for p, i in found for n in (p.name, f"{p.name}/{i.name}")}
        for key, asked in (("category", self.category), ("tags", self.tags), ("weights", self.weights)):
            for name in asked:
                if name not in known[key]:
                    raise _none(f"mirrors.pack.{key}", name, known[key])
        rows = []
        for pack, item in found:
            names = {pack.name, item.terms.category, f"{pack.name}/{item.name}"}
            weight = item.terms.weight * float(np.prod([self.weights.get(name, 1.0) for name in names]))
            fits = (not self.category or item.terms.category in self.category) and (
                not self.tags or {*self.tags} & {*item.terms.tags}
            )
            if fits and weight > 0:
                rows.append((pack, item, weight))
        if not rows:
            raise _none("mirrors.pack", None, known["weights"])
        return PackMirrors(self, tuple(rows), streams)


def _none(key: str, name: str | None, known: set[str]) -> ConfigError:
    hint = (
        f"use one of: {', '.join(sorted(known))}"
        if known
        else "add a pack with items of `kind: mirror`: packs=[FOLDER]"
    )
    return ConfigError("no asset pack has such a mirror", key=key, value=name, hint=hint)


@dataclass(frozen=True)
class PackMirrors:
    """Proposes mirrors of packs.

    Attributes:
        ranges: how they vary. choices: the items and their weights. streams: for the choice of an item.
    """

    ranges: Randomizer
    choices: tuple[WeightedItem, ...]
    streams: Streams

    def propose(self, streams: Streams, ids: tuple[int, int], context: PlacementContext) -> Spec | None:
        """A mirror on one of the layout's walls, aimed at somebody within some decimetres; None where none fits."""
        rng = streams.rng("aim")
        found = context.aim(rng, ("wall",))
        if found is None:
            return None
        mount, along = found
        if along is not None:
            along += float(rng.normal(0, 0.3)) / mount.length_m
        look = self.streams.rng(f"item/{ids[0]}")
        weights = np.array([weight for _, _, weight in self.choices])
        pack, item, _ = self.choices[int(look.choice(len(weights), p=weights / weights.sum()))]
        stands = item.terms.stands[int(look.integers(len(item.terms.stands)))]
        spec = self.place(pack, item, stands, mount, along, ids, streams)
        return spec if spec is None or self._free(spec, item, context) else None

    def place(
        self, pack: Pack, item: Item, stands: str, mount: MirrorMount, along: float | None, ids: tuple[int, int],
        streams: Streams,
    ) -> Spec | None:  # fmt: skip
        """An item on a mount, as near to `along` (0 to 1; None draws it) as it fits; None where it does not fit."""
        size = streams.rng("size")
        factor = np.array(item.scale())
        box = item.box_m * factor
        lean = uniform(size, self.ranges.lean_deg) if stands == "leaning" else 0.0
        tilt = _leaning(lean)
        corners = np.stack(np.meshgrid(*box.T, indexing="ij"), axis=-1).reshape(-1, 3) @ tilt.T
        low, high = corners.min(axis=0), corners.max(axis=0)
        outline, foot, normal, width, height = _rectangle(item.pane, tilt)
        middle = uniform(size, self.ranges.middle_m)
        lift = -low[2]
        if stands == "wall":  # its pane's middle at the height of the eyes, as far as the wall is high
            top = mount.clear_height_m - high[2]
            lift = float(np.clip(middle - foot[2] - height / 2, lift + 0.05, max(top, lift + 0.05)))
        gap = uniform(size, self.ranges.before_wall_m) if stands == "ground" else WALL_GAP_M
        half = max(-low[1], high[1])
        if 2 * half > mount.length_m or high[2] + lift > mount.clear_height_m:
            return None
        anywhere = float(size.random())
        xy = mount.point_xy_m(mount.middle_m(anywhere if along is None else along, half), gap - low[0])
        a = math.radians(mount.facing_deg)
        turn = np.array([[math.cos(a), -math.sin(a), 0.0], [math.sin(a), math.cos(a), 0.0], [0.0, 0.0, 1.0]])
        body = np.array([*xy, mount.base_z_m + lift])
        facing = turn @ normal
        surface = item.terms.surface
        look = streams.rng("finish")
        shine = surface.reflectance if surface.kind == "mirror" else 1.0
        return Spec(
            instance_id=ids[0],
            frame_instance_id=ids[1],
            position_m=vec3(body + turn @ foot),
            facing_deg=math.degrees(math.atan2(facing[1], facing[0])) % 360.0,
            tilt_deg=math.degrees(math.asin(np.clip(facing[2], -1, 1))),
            width_m=width,
            height_m=height,
            roughness=surface.roughness,
            tint=vec3(shine * c for c in surface.tint_rgb),
            dust=uniform(look, self.ranges.dust),
            waviness=uniform(look, self.ranges.waviness),
            surface=surface.kind,
            mount=mount.name,
            outline_m=tuple(vec2(corner) for corner in outline),
            pack=pack.name,
            item=item.name,
            file=item.file,
            object=item.object,
            collection=item.collection,
            up_axis=item.terms.up_axis,
            front=item.terms.front,
            variant=chosen_variant(item, streams),
            material=surface.material,
            origin_m=(0.0, 0.0, 0.0),
            body_m=vec3(body),
            heading_deg=mount.facing_deg,
            lean_deg=lean,
            scale=vec3(factor),
            frame_category=item.terms.category,
            licence=item.terms.licence,
            author=item.terms.author,
            source=item.terms.source,
        )

    @staticmethod
    def _free(spec: Spec, item: Item, context: PlacementContext) -> bool:
        """Whether neither camera nor people are where it would stand."""
        box = item.box_m * np.array(spec.scale)
        a = math.radians(spec.heading_deg)
        there = np.concatenate([context.feet_m[:, :2], context.camera_m[None, :2]]) - np.array(spec.body_m[:2])
        ahead, left = there @ [math.cos(a), math.sin(a)], there @ [-math.sin(a), math.cos(a)]
        (x0, y0, _), (x1, y1, _) = box
        near = (ahead > x0 - _PEOPLE_M) & (ahead < x1 + _PEOPLE_M) & (left > y0 - _PEOPLE_M) & (left < y1 + _PEOPLE_M)
        return not near.any()


def _leaning(lean_deg: float) -> np.ndarray:
    """(3, 3) rotation that leans the top of a shape back, to where -X is."""
    c, s = math.cos(math.radians(lean_deg)), math.sin(math.radians(lean_deg))
    return np.array([[c, 0.0, -s], [0.0, 1.0, 0.0], [s, 0.0, c]])


def _rectangle(pane: Any, tilt: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, float, float]:
    """(outline (N, 2), middle of the bottom edge (3,), normal (3,), width, height) of a pane once it leans."""
    right = np.array([-pane.normal[1], pane.normal[0], 0.0]) / np.hypot(*pane.normal[:2])
    up = np.cross(pane.normal, right)
    points = (pane.base_m + pane.outline_m[:, :1] * right + pane.outline_m[:, 1:] * up) @ tilt.T
    normal = tilt @ pane.normal
    right = np.array([-normal[1], normal[0], 0.0]) / np.hypot(*normal[:2])
    axes = np.stack([right, np.cross(normal, right)], axis=1)
    flat = (points - points[0]) @ axes
    (x0, y0), (x1, y1) = flat.min(axis=0), flat.max(axis=0)
    foot = np.array([(x0 + x1) / 2, y0])
    return flat - foot, points[0] + axes @ foot, normal, float(x1 - x0), float(y1 - y0)
