"""Where hair grows on the head: hairline, scalp and the tint of hair roots."""

from __future__ import annotations

import functools

import numpy as np

from blender_synth.bodies import anatomy
from blender_synth.bodies.data import BodyData, body_data
from blender_synth.bodies.fields import smoothstep
from blender_synth.bodies.head import Head, head_centre
from blender_synth.world.people.complexion import HairSpec

# Elevation of the hairline (degrees above the horizon through the head's middle) by azimuth from the front.
LINE_AZIMUTH = (0, 25, 45, 58, 68, 80, 92, 104, 125, 150, 180)


LINE_ELEVATION = (36, 37, 33, 22, 2, -16, 4, -6, -24, -32, -34)


@functools.cache
def _scalp_field() -> np.ndarray:
    """(V,) degrees above the hairline, on the reference head; -90 off the head and on the ears."""
    data, points = body_data(), anatomy.reference_points()
    middle, _ = head_centre(points, data)
    head = Head(middle, 1.0, np.ones((2, 2)))
    v = points[: data.vertex_count]
    azimuth, elevation, _ = head.angles(v)
    line = np.interp(np.abs(azimuth), LINE_AZIMUTH, LINE_ELEVATION)
    skin = np.zeros(data.vertex_count, bool)
    skin[np.unique(data.faces["body"])] = True
    value = elevation - line
    value = np.where(data.masks["ears"] > 0.35, np.minimum(value, -3.0), value)
    return np.where(skin & (v[:, 2] > 1.46), value, -90.0)


def receded(hair: HairSpec, azimuth: np.ndarray) -> np.ndarray:
    """Degrees that the hairline has gone back, by azimuth: temples first."""
    a = np.abs(azimuth)
    return hair.hairline * (26 * np.exp(-(((a - 38) / 20) ** 2)) + 14 * np.exp(-((a / 30) ** 2)))


def scalp(data: BodyData, points: np.ndarray, hair: HairSpec, head: Head) -> np.ndarray:
    """(V,) degrees above this person's hairline."""
    azimuth, _, _ = head.angles(points[: data.vertex_count])
    value = _scalp_field()
    wiggle = 2.0 * np.sin(np.radians(azimuth) * 9 + hair.lock_seed % 11)
    out = value - receded(hair, azimuth) + np.where(value > -20, wiggle * 0.6, 0)
    if hair.style == "bald":
        _, elevation, _ = head.angles(points[: data.vertex_count])
        ring = np.minimum(out, (8 - elevation) + 25 * (np.abs(azimuth) < 60) * -1)
        out = np.where(value > -89, ring, -90)
    return out


TIED = ("ponytail", "bun", "braid")
"""Styles that are tied behind the head."""
SHORN = ("buzz", "bald", "fade", "cornrows")
"""Styles whose sides, or all, are a tint of the skin only."""


def scalp_tint(data: BodyData, points: np.ndarray, hair: HairSpec, head: Head) -> np.ndarray:
    """(V,) how much of the skin is covered by the roots of hair, 0 to 1: soft at the hairline."""
    above = scalp(data, points, hair, head)
    tint = smoothstep(-3.0, 5.0, above)
    if hair.style in SHORN:
        cover = {"buzz": 0.9, "bald": 0.55, "fade": 0.85, "cornrows": 0.75}[hair.style]
        if hair.style == "fade":  # the sides thin out downwards
            _, elevation, _ = head.angles(points[: data.vertex_count])
            return tint * (cover * (0.35 + 0.65 * smoothstep(-25, 25, elevation)))
        return tint * cover
    return tint * 0.85
