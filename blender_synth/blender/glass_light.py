"""Shares of a pixel's light that a pane, a puddle or a polished floor reflects and transmits.

Cycles sums light by the closure at the first surface. The builders' glass reflects with a glossy closure and transmits
camera rays with a refraction of index 1, which does not bend them; so the passes of the picture's render give the
shares, Fresnel, tint and dust included. No further render is needed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import cv2
import numpy as np
import OpenEXR

from blender_synth.blender.cycles import render_picture
from blender_synth.blender.stage import Stage
from blender_synth.blender.temporary_settings import temporary_settings
from blender_synth.frames.meta import LAYERED_SURFACES
from blender_synth.frames.raw_frame import GLASS_LAYERS, read_exr, write_exr

_HALF_MAX = 65504.0
_SMOOTH_PX = 5
"""The passes are as noisy as the picture before denoising: shares are means over a box of this size on one surface."""
_PASSES = {"reflected_share": "Gloss", "transmitted_share": "Trans"}


def render_with_shares(stage: Stage, labels: Mapping[str, np.ndarray], folder: Path) -> None:
    """Render the picture into `radiance.exr` and, where a layered surface is in view, its shares into `glass.exr`."""
    layered = np.isin(labels["surface_id"], stage.ids_with(*LAYERED_SURFACES))
    if not layered.any():
        render_picture(stage.scene, folder / "radiance.exr")
        write_exr(folder / "radiance.exr", read_exr(folder / "radiance.exr"))  # without Blender's date and render time
        return
    passes = _render_passes(stage)
    radiance = np.stack([passes[f"Combined.{c}"] for c in "RGB"], axis=-1)
    radiance = np.clip(np.nan_to_num(radiance, nan=0.0, posinf=_HALF_MAX), -_HALF_MAX, _HALF_MAX)
    write_exr(folder / "radiance.exr", {c: radiance[..., k].astype(np.float16) for k, c in enumerate("RGB")})
    write_exr(folder / "glass.exr", shares(passes, labels["surface_id"], layered))


def _render_passes(stage: Stage) -> dict[str, np.ndarray]:
    scene = stage.scene
    enabled = {f"use_pass_{closure}_{part}": True for closure in ("glossy", "transmission")
              for part in ("direct", "indirect", "color")}  # fmt: skip
    with ExitStack() as changes, tempfile.TemporaryDirectory() as folder:
        changes.enter_context(temporary_settings(scene.view_layers[0], **enabled))
        image = scene.render.image_settings
        changes.enter_context(
            temporary_settings(image, file_format="OPEN_EXR_MULTILAYER", color_depth="32", exr_codec="NONE")
        )
        changes.enter_context(temporary_settings(scene.render, filepath=scene.render.filepath))
        path = Path(folder) / "picture.exr"
        render_picture(scene, path)
        with OpenEXR.File(str(path), separate_channels=True) as file:
            return {name.split(".", 1)[1]: channel.pixels for name, channel in file.channels().items()}


def shares(passes: dict[str, np.ndarray], surface_id: np.ndarray, layered: np.ndarray) -> dict[str, np.ndarray]:
    """The layers of `GLASS_LAYERS` from Cycles' passes.

    Args:
        passes: `Combined`, `GlossDir`, `GlossInd`, `GlossCol` and the same of `Trans`, each with .R .G .B, (H, W).
        surface_id: (H, W) first hit. layered: (H, W) bool, where shares are needed.

    Returns:
        (H, W) float16 each; 0 outside `layered`.
    """
    light = {name: _light(passes, prefix) for name, prefix in _PASSES.items()}
    red, green, blue = (passes[f"Combined.{c}"].astype(np.float32) for c in "RGB")
    total = red + green + blue
    result = {name: np.zeros(surface_id.shape, np.float32) for name in GLASS_LAYERS}
    for number in np.unique(surface_id[layered]):
        mask = layered & (surface_id == number)
        all_light = _smoothed(total, mask)
        for name in GLASS_LAYERS:
            ratio = _smoothed(light[name], mask) / np.maximum(all_light, 1e-12)
            result[name] = np.where(mask, np.clip(ratio, 0.0, 1.0), result[name])
    return {name: values.astype(np.float16) for name, values in result.items()}


def _light(passes: dict[str, np.ndarray], prefix: str) -> np.ndarray:
    """Sum of the channels (H, W) of the light of one closure; Cycles separates light and colour."""
    red, green, blue = (
        (passes[f"{prefix}Dir.{c}"].astype(np.float32) + passes[f"{prefix}Ind.{c}"]) * passes[f"{prefix}Col.{c}"]
        for c in "RGB"
    )
    return np.nan_to_num(red + green + blue, nan=0.0, posinf=_HALF_MAX)


def _smoothed(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Sums (H, W) over a box around each pixel, of values inside the mask."""
    size = (_SMOOTH_PX, _SMOOTH_PX)
    return cv2.boxFilter(np.where(mask, values, 0.0).astype(np.float32), cv2.CV_32F, size, normalize=False)
