"""Builds a poster that shows a person, with its frame, lit board or advertising column."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from blender_synth.blender.lookalikes.flat import (
    PICTURE_MATERIAL,
    WORDS_M,
    Bend,
    picture_figure,
    picture_material,
    picture_sheet,
    place,
)
from blender_synth.blender.scenery.lettering import letters
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import Part, box, join, lathe, to_object
from blender_synth.blender.stage import Stage
from blender_synth.bodies.detail import Detail
from blender_synth.world.lookalikes.poster_person import COLUMN_RADIUS_M, DEPTH_M, Spec
from blender_synth.world.weather.daylight import LUX_PER_UNIT

_SIDES = 48
_PAPERS = ((0.55, 0.5, 0.2), (0.1, 0.25, 0.4), (0.6, 0.58, 0.55), (0.5, 0.12, 0.1), (0.12, 0.35, 0.2))


def build(spec: Spec, stage: Stage, detail: Detail = "full") -> None:
    """Add the person shown and the poster, each under its own id; `detail` is ignored."""
    materials = Materials()
    materials[PICTURE_MATERIAL] = picture_material(
        spec.picture, spec.lit_nits / LUX_PER_UNIT, 1.0 if spec.frame_m else 0.2
    )
    w, h = spec.width_m, spec.height_m
    bend = _round if spec.place == "column" else None
    figure, sheet = picture_figure(spec.picture, w, h, bend), _with_words(spec, picture_sheet(w, h, bend), bend)
    if spec.place == "board":
        half = DEPTH_M["board"] / 2 - 0.01
        figure, sheet = (join([p, p.turned(180.0).moved((0.0, 2 * half, 0.0))]) for p in (figure, sheet))
    body = {"wall": _frame, "board": _board, "column": _column}[spec.place](spec)
    for shape, number in ((figure, spec.instance_id), (join([sheet, body]), spec.holder_instance_id)):
        obj = to_object(f"poster_{number}", shape, materials)
        stage.add(place(obj, spec.position_m, spec.facing_deg), number)


def _round(points: np.ndarray) -> np.ndarray:
    """Points of a flat sheet on the outside of an advertising column."""
    angle, radius = points[:, 0] / COLUMN_RADIUS_M, COLUMN_RADIUS_M - points[:, 1]
    return np.column_stack([radius * np.sin(angle), COLUMN_RADIUS_M - radius * np.cos(angle), points[:, 2]])


def _with_words(spec: Spec, sheet: Part, bend: Bend | None) -> Part:
    if not spec.words:
        return sheet
    text = letters(spec.words)
    span = float(np.ptp(text.points[:, 0]))
    size = min(0.8 * spec.width_m / span, 0.16 * spec.height_m)
    flat = text.scaled((size, 0.0, size)).painted(spec.words_rgb)
    low = 0.98 * spec.height_m - 0.72 * size if spec.words_high else 0.03 * spec.height_m
    flat = flat.moved((-span * size / 2, -WORDS_M, low))
    return join([sheet, flat if bend is None else replace(flat, points=bend(flat.points))])


def _frame(spec: Spec) -> Part:
    """A board behind the paper, and a frame around it."""
    w, h, f = spec.width_m / 2, spec.height_m, spec.frame_m
    back = box((-w - f, 0.002, -f), (w + f, DEPTH_M["wall"], h + f), "paint", spec.frame_rgb if f else (0.7, 0.7, 0.7))
    if not f:
        return back
    bars = [(-w - f, -w, -f, h + f), (w, w + f, -f, h + f), (-w, w, -f, 0.0), (-w, w, h, h + f)]
    return join([back, *(box((a, -0.014, c), (b, 0.004, d), "paint", spec.frame_rgb) for a, b, c, d in bars)])


def _board(spec: Spec) -> Part:
    """A lit board with a picture on both sides, on a post."""
    w, h, f, deep = spec.width_m / 2, spec.height_m, spec.frame_m, DEPTH_M["board"]
    ground, back = spec.ground_z_m - spec.position_m[2], deep - 0.02
    parts = [box((-w, 0.004, 0.0), (w, back - 0.004, h), "paint", (0.7, 0.7, 0.7))]
    for a, b, c, d in [(-w - f, -w, -f, h + f), (w, w + f, -f, h + f), (-w, w, -f, 0.0), (-w, w, h, h + f)]:
        parts.append(box((a, -0.02, c), (b, deep, d), "paint", spec.frame_rgb))
    parts.append(box((-0.22, 0.03, ground), (0.22, deep - 0.05, -f), "paint", spec.frame_rgb))
    parts.append(box((-0.4, -0.02, ground), (0.4, deep, ground + 0.03), "iron", (0.1, 0.1, 0.1)))
    return join(parts)


def _column(spec: Spec) -> Part:
    """An advertising column: a base, papers all around, a roof."""
    r = COLUMN_RADIUS_M
    ground, high = spec.ground_z_m - spec.position_m[2], spec.height_m
    base = lathe([(r + 0.05, ground), (r + 0.05, ground + 0.25), (r, ground + 0.32)], _SIDES, "matt", (0.3, 0.3, 0.3))
    trunk = lathe([(r - 0.006, ground + 0.3), (r - 0.006, high + 0.5)], _SIDES, "matt", (0.5, 0.48, 0.42))
    profile = [(r - 0.02, 0.5), (r + 0.1, 0.5), (r + 0.1, 0.56), (0.55 * r, 0.7), (0.05, 0.82)]
    roof = lathe([(x, high + z) for x, z in profile], _SIDES, "iron", (0.06, 0.12, 0.09))
    parts = [base.moved((0, r, 0)), trunk.moved((0, r, 0)), roof.moved((0, r, 0))]
    rng = np.random.default_rng(spec.picture.ground_seed)
    for turn in (100.0, 180.0, 255.0):  # other posters around it
        wide, tall = rng.uniform(0.7, 1.1), rng.uniform(0.9, high)
        paper = picture_sheet(float(wide), float(tall), _round)
        plain = replace(paper, names=("matt",)).painted(_PAPERS[int(rng.integers(len(_PAPERS)))])
        parts.append(plain.moved((0, -r, rng.uniform(0, high - tall + 0.2))).turned(float(turn)).moved((0, r, 0)))
    return join(parts)
