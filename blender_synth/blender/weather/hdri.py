"""Photographed skies: rotated, scaled to the weather's light, with their sun removed and replaced by a lamp.

A sun of some ten thousand times the sky's radiance in a handful of pixels would cause noise in every render and
overflow half floats. Its excess over the sky around it becomes the sun lamp, as bright as the weather's sun; a
photograph without a sun gets none and is scaled to the light of the weather's sky and sun together.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import bpy
import cv2
import numpy as np

from blender_synth.errors import AssetError
from blender_synth.packs.skies import sky_file
from blender_synth.world.weather import hdri_names as names

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
MAX_ROWS = 2048
_CORE_DEG, _RING_DEG = 3.5, 7.0
_SUN_SHARE, _ONE_SUN = 0.25, 0.05
"""A bright spot is a sun if it gives at least the first share of the light of the rest of the sky, and nothing else is
brighter than the second share of it; otherwise it is one of several lamps."""


@dataclass(frozen=True)
class Photograph:
    """A sky as it was photographed.

    Attributes:
        radiance: (rows, 2 rows, 3) float32, row 0 the nadir, azimuth falling from 180 to -180 degrees; without sun.
        elevation_deg, azimuth_deg: of its sun or, without one, of its brightest part.
        sun_rgb: colour of its sun, luminance 1; None without one.
    """

    radiance: np.ndarray
    elevation_deg: float
    azimuth_deg: float
    sun_rgb: tuple[float, float, float] | None


def load(name: str, folders: Mapping[str, Path]) -> Photograph:
    """The sky of a name; see `world.weather.hdri_names`.

    Raises:
        ConfigError, AssetError: it is not there, no image, or no panorama.
    """
    if name in names.SHIPPED:
        file = Path(bpy.utils.system_resource("DATAFILES", path="studiolights/world")) / f"{name}.exr"
    else:
        file = sky_file(name, folders)
    return without_sun(_read(file))


def _read(file: Path) -> np.ndarray:
    """Radiance (rows, 2 rows, 3), row 0 the nadir; nothing infinite, negative or undefined in it."""
    problem = None
    try:
        image = bpy.data.images.load(str(file))
        columns, rows = image.size
    except RuntimeError as error:
        problem, (columns, rows) = f"the sky cannot be read ({error})", (0, 0)
    if not problem and not columns:
        problem = "the sky is no image that can be read"
    if not problem and (columns != 2 * rows or rows < 16):
        problem = f"the sky is no panorama: {columns} x {rows} pixels"
    if problem:
        hint = "give an equirectangular .hdr or .exr, twice as wide as high"
        raise AssetError(problem, file=file, key="weather.hdri", hint=hint)
    pixels = np.empty(rows * columns * image.channels, np.float32)
    image.pixels.foreach_get(pixels)
    radiance = pixels.reshape(rows, columns, image.channels)
    bpy.data.images.remove(image)
    radiance = radiance[..., :3] if radiance.shape[2] >= 3 else radiance[..., :1].repeat(3, axis=2)
    radiance = np.nan_to_num(radiance, nan=0.0, posinf=65504.0, neginf=0.0).clip(0.0, 65504.0)
    if not radiance[rows // 2 :].any():
        hint = "give one with light above its horizon"
        raise AssetError("the sky is black", file=file, key="weather.hdri", hint=hint)
    if rows > MAX_ROWS:
        return np.asarray(cv2.resize(radiance, (2 * MAX_ROWS, MAX_ROWS), interpolation=cv2.INTER_AREA), np.float32)
    return radiance


def without_sun(radiance: np.ndarray) -> Photograph:
    """Find the sun of a panorama and replace it by the sky around it."""
    rows, columns, _ = radiance.shape
    height = ((np.arange(rows) + 0.5) / rows - 0.5) * math.pi
    azimuth = (0.5 - (np.arange(columns) + 0.5) / columns) * 2 * math.pi
    solid = np.where(height > 0, np.cos(height), 0.0)[:, None] * (math.pi / rows) ** 2
    luminance = radiance @ LUMINANCE.astype(np.float32)
    # brightest over an area as large as a sun with its bloom, so that no single hot pixel is taken for one
    size = max(round(rows * 1.5 / 180), 1)
    spread = cv2.blur(np.where(height[:, None] > 0, luminance, 0.0), (size, size))
    row, column = np.unravel_index(int(spread.argmax()), spread.shape)
    up, around = float(height[row]), float(azimuth[column])
    cosine = np.sin(height)[:, None] * math.sin(up) + np.cos(height)[:, None] * math.cos(up) * np.cos(azimuth - around)
    core = cosine > math.cos(math.radians(_CORE_DEG))
    ring = (cosine > math.cos(math.radians(_RING_DEG))) & ~core
    sky = np.median(radiance[ring], axis=0)
    excess = np.maximum(radiance - sky, 0.0) * core[..., None]
    beam = (excess * solid[..., None]).sum(axis=(0, 1), dtype=np.float64)
    left = np.where(height[:, None] > 0, luminance - excess @ LUMINANCE.astype(np.float32), 0.0)
    enough = float(beam @ LUMINANCE) >= _SUN_SHARE * float((left * solid).sum())
    place = {"elevation_deg": math.degrees(up), "azimuth_deg": math.degrees(around)}
    if not enough or left.max() > _ONE_SUN * luminance[core].max():
        return Photograph(radiance=radiance, sun_rgb=None, **place)
    rgb = beam / float(beam @ LUMINANCE)
    return Photograph(radiance=radiance - excess.astype(np.float32), sun_rgb=tuple(rgb.tolist()), **place)


def turned(photograph: Photograph, azimuth_deg: float) -> np.ndarray:
    """The radiance, turned so that its sun, or its brightest part, stands at an azimuth; to the nearest column."""
    columns = photograph.radiance.shape[1]
    return np.roll(photograph.radiance, -round((azimuth_deg - photograph.azimuth_deg) / 360 * columns), axis=1)


def credit(name: str, packs: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    """Name, licence, author and source of a sky. `packs`: those of the run's packs, by name."""
    if name in names.SHIPPED:
        source = "https://polyhaven.com, as shipped with Blender"
        return {"name": f"sky/{name}", "licence": "CC0-1.0", "author": "Greg Zaal (Poly Haven)", "source": source}
    pack = packs[name.partition("/")[0]]
    return {"name": name, **{key: pack[key] for key in ("licence", "author", "source")}}
