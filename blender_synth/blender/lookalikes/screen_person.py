"""Builds a screen that shows a person: on a wall, on a totem, or on a terminal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from blender_synth.blender.lookalikes.flat import (
    PICTURE_MATERIAL,
    WORDS_M,
    picture_figure,
    picture_material,
    picture_sheet,
    place,
)
from blender_synth.blender.scenery.lettering import letters
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import Part, bevelled_box, box, join, quad_of, to_object
from blender_synth.blender.stage import Stage
from blender_synth.bodies.detail import Detail
from blender_synth.world.lookalikes.screen_person import BEZEL_M, DEPTH_M, Spec
from blender_synth.world.weather.daylight import LUX_PER_UNIT

FRONT_M = WORDS_M
"""The bar with words is so far before the picture."""
_BLACK = (0.008, 0.008, 0.009)


def build(spec: Spec, stage: Stage, detail: Detail = "full") -> None:
    """Add the person shown and the screen, each under its own id; `detail` is ignored."""
    materials = Materials()
    materials[PICTURE_MATERIAL] = picture_material(spec.picture, spec.lit_nits / LUX_PER_UNIT, 1.0, black=0.03)
    w, h = spec.width_m, spec.height_m
    body = {"wall": _on_wall, "totem": _totem, "terminal": _terminal}[spec.place](spec)
    parts = [picture_sheet(w, h), *_words(spec), body]
    for shape, number in (
        (picture_figure(spec.picture, w, h), spec.instance_id),
        (join(parts), spec.holder_instance_id),
    ):
        obj = to_object(f"screen_{number}", shape, materials)
        stage.add(place(obj, spec.position_m, spec.facing_deg), number)


def _words(spec: Spec) -> list[Part]:
    """A bar at the bottom with words on it, as glowing as the picture."""
    if not spec.words:
        return []
    white = spec.lit_nits / LUX_PER_UNIT
    w, high = spec.width_m / 2, 0.13 * min(spec.height_m, spec.width_m)
    low = 0.05 * spec.height_m
    corners = [(-w, -FRONT_M, low), (w, -FRONT_M, low), (w, -FRONT_M, low + high), (-w, -FRONT_M, low + high)]
    text = letters(spec.words)
    size = min(0.75 * high / 0.7, 1.7 * w / float(np.ptp(text.points[:, 0])))
    glowing = replace(text.scaled((size, 0.0, size)), names=("signal",)).painted((white, white, white))
    tint = (0.05 * white, 0.12 * white, 0.3 * white)
    return [
        quad_of(corners, "signal", tint),
        glowing.moved((-0.92 * w, -FRONT_M - 0.001, low + (high - 0.7 * size) / 2)),
    ]


def _around(spec: Spec, front_m: float, tint: tuple[float, float, float]) -> list[Part]:
    """The bezel."""
    w, h, b = spec.width_m / 2, spec.height_m, BEZEL_M[spec.place]
    bars = [(-w - b, -w, -b, h + b), (w, w + b, -b, h + b), (-w, w, -b, 0.0), (-w, w, h, h + b)]
    return [box((a, -front_m, c), (d, 0.01, e), "paint", tint) for a, d, c, e in bars]


def _on_wall(spec: Spec) -> Part:
    w, h, b = spec.width_m / 2, spec.height_m, BEZEL_M["wall"]
    back = box((-w - b, 0.004, -b), (w + b, DEPTH_M["wall"], h + b), "paint", _BLACK)
    return join([back, *_around(spec, 0.006, spec.body_rgb)])


def _totem(spec: Spec) -> Part:
    w, h, b, deep = spec.width_m / 2, spec.height_m, BEZEL_M["totem"], DEPTH_M["totem"]
    ground = spec.ground_z_m - spec.position_m[2]
    return join(
        [
            box((-w - b, 0.004, ground + 0.02), (w + b, deep, h + b), "paint", spec.body_rgb),
            box((-w - b, -0.006, ground + 0.02), (w + b, 0.004, -b), "paint", spec.body_rgb),
            box((-w - b - 0.06, -0.08, ground), (w + b + 0.06, deep + 0.08, ground + 0.02), "iron", (0.1, 0.1, 0.1)),
            *_around(spec, 0.006, _BLACK),
        ]
    )


def _terminal(spec: Spec) -> Part:
    """A pay station: a housing with the screen, a slot, buttons and a card reader below."""
    w, h, deep = max(spec.width_m / 2 + BEZEL_M["terminal"], 0.26), spec.height_m, DEPTH_M["terminal"]
    ground, top = spec.ground_z_m - spec.position_m[2], h + 0.2
    bezel = BEZEL_M["terminal"]
    parts = [
        box((-w, 0.004, ground + 0.1), (w, deep, top), "paint", spec.body_rgb),
        box((-w + 0.03, 0.03, ground), (w - 0.03, deep - 0.03, ground + 0.1), "iron", (0.05, 0.05, 0.05)),
        box((-w, -0.03, h + bezel + 0.02), (w, 0.004, top), "paint", (0.02, 0.12, 0.35)),
        *_around(spec, 0.008, _BLACK),
        box((-0.09, -0.006, -0.24), (0.09, 0.006, -0.2), "paint", _BLACK),
        box((0.1, -0.02, -0.38), (0.2, 0.006, -0.2), "paint", (0.05, 0.05, 0.05)),
        box((-0.2, -0.012, -0.52), (0.2, 0.006, -0.42), "steel", (0.6, 0.6, 0.6)),
    ]
    for row in range(3):
        for column in range(3):
            x, z = 0.115 + 0.025 * column, -0.35 + 0.03 * row
            key = bevelled_box((0, 0, 0), (0.017, 0.02, 0.005), 0.001, "paint", (0.5, 0.5, 0.5)).turned(90.0, axis=0)
            parts.append(key.moved((x, -0.02, z)))
    return join(parts)
