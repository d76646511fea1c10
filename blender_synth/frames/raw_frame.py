"""The raw frame: one folder with the picture's radiance, the label layers and a JSON file. Written whole or not at all.

radiance.exr   R G B, half float: linear scene radiance (Rec. 709 primaries), clear air; 1.0 is
               the medium's `watts_per_unit` (100 by day, less when it is dark) W m⁻² sr⁻¹
labels.exr     the layers of `LABEL_LAYERS`, lossless
glass.exr      the layers of `GLASS_LAYERS`, half float; only where glass, water or a polished surface is labelled
frame.json     spec, camera, instances, categories, medium, licences, versions, seconds; in a run with `mirrors.paired`
               also `pair`: its `role` (mirror or matt) and the `frame_index` of its twin
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR

from blender_synth.errors import FrameError

FRAME_VERSION = 1
LABEL_LAYERS: dict[str, type] = {
    "surface_id": np.uint32,
    "reflected_id": np.uint32,
    "reflected_bounces": np.uint32,
    "reflected_via": np.uint32,
    "reflected_path_m": np.float32,
    "transmitted_id": np.uint32,
    "transmitted_via": np.uint32,
    "transmitted_path_m": np.float32,
    "depth_m": np.float32,
    "normal.X": np.float32,
    "normal.Y": np.float32,
    "normal.Z": np.float32,
}
"""Layer names and dtypes, each (H, W).

    surface_id           first hit, mirrors and glass included; 0 is sky
    reflected_id         what the mirror, glass or water at this pixel shows; 0 where there is none, or sky in it
    reflected_bounces    mirrors on the way
    reflected_via        the mirrors on the way, six bits each, the first in the lowest; a value v stands for the
                         v-th of frame.json's `mirror_slots`, counted from 1
    reflected_path_m     length of the light's whole path, camera to what is shown; inf for sky, 0 where no mirror is
    transmitted_id       what is seen through the glass or water at this pixel, be it met first or after a mirror
    transmitted_via      the mirrors on that way, as in reflected_via; 0 where the view through is straight
    transmitted_path_m   length of that way; inf for sky, 0 where no glass is
    depth_m              first hit, along the optical axis; inf for sky
    normal.X/Y/Z         first hit, world axes
"""
_LATER_LAYERS = ("transmitted_via",)
"""Layers that older frames of this version lack: they read as zero."""
GLASS_LAYERS = ("reflected_share", "transmitted_share")
"""Layers of glass.exr, each (H, W), 0 to 1: the share of the pixel's light, in the picture itself and in clear air,
that the surface met first mirrors, and the share that comes through it. 0 where nothing of the kind is met first."""
VIA_BITS = 6
MAX_BOUNCES = 4


def decode_via(code: int, mirror_slots: list[int]) -> list[int]:
    """Mirror ids in the order the light (seen from the camera) meets them."""
    via = []
    while code:
        via.append(mirror_slots[(code & (2**VIA_BITS - 1)) - 1])
        code >>= VIA_BITS
    return via


def encode_via(via: list[int], mirror_slots: list[int]) -> int:
    """The value of `reflected_via` that `decode_via` reads back."""
    return sum((mirror_slots.index(mirror) + 1) << (VIA_BITS * depth) for depth, mirror in enumerate(via))


def sightings(labels: Mapping[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """The layers that show things, as (name, ids, chain codes), (H, W) uint32 each; an id of 0 shows nothing.

    A person may be in all three: beside a mirror, in it, and behind a pane.
    """
    yield "surface", labels["surface_id"], np.zeros_like(labels["surface_id"])
    yield "reflected", labels["reflected_id"], labels["reflected_via"]
    through = labels["transmitted_path_m"] > 0
    yield "transmitted", np.where(through, labels["transmitted_id"], 0), labels["transmitted_via"]


def write_exr(path: Path, channels: Mapping[str, np.ndarray]) -> None:
    """Write named (H, W) channels as one part, ZIP-compressed; dtypes float16, float32 or uint32 stay as they are."""
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, {name: np.ascontiguousarray(values) for name, values in channels.items()}).write(str(path))


def read_exr(path: Path) -> dict[str, np.ndarray]:
    """The channels of a one-part EXR by name, each (H, W).

    Raises:
        FrameError: absent or damaged.
    """
    if not path.is_file():
        raise FrameError("a file of the frame is missing", file=path, hint="delete the frame's folder and render again")
    try:
        with OpenEXR.File(str(path), separate_channels=True) as file:
            return {name: channel.pixels for name, channel in file.channels().items()}
    except Exception as error:  # the binding raises RuntimeError, ValueError and others alike
        raise FrameError(
            f"the image is damaged ({str(error)[:200]})", file=path, hint="delete the frame's folder and render again"
        ) from None


def write_frame(folder: Path, fill: Callable[[Path], None]) -> None:
    """Make a frame's folder: `fill` writes into a temporary one, which then takes the name at once."""
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        fill(temporary)
        for file in temporary.iterdir():
            descriptor = os.open(file, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
        os.rename(temporary, folder)
    except BaseException:
        shutil.rmtree(temporary, ignore_errors=True)
        raise


class RawFrame:
    """One frame read from disk, lazily.

    Raises (on access):
        FrameError: a file is missing, damaged, of another version, or of another size than the rest.
    """

    def __init__(self, folder: Path):
        self.folder = Path(folder)

    @cached_property
    def meta(self) -> dict[str, Any]:
        """The content of frame.json."""
        path = self.folder / "frame.json"
        hint = "delete the frame's folder and render again"
        try:
            meta = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise FrameError("a file of the frame is missing", file=path, hint=hint) from None
        except (OSError, ValueError) as error:
            raise FrameError(f"the file is not readable as JSON ({error})", file=path, hint=hint) from None
        if not isinstance(meta, dict) or meta.get("frame_version") != FRAME_VERSION:
            found = meta.get("frame_version") if isinstance(meta, dict) else None
            raise FrameError(
                "the frame is of another version",
                file=path,
                key="frame_version",
                value=found,
                hint=f"version {FRAME_VERSION} is read here; {hint}",
            )
        missing = [
            key for key in ("spec", "camera", "instances", "categories", "mirror_slots", "medium") if key not in meta
        ]
        if missing:
            raise FrameError("a key is missing", file=path, key=missing[0], hint=hint)
        return meta

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height)."""
        return self.meta["camera"]["width_px"], self.meta["camera"]["height_px"]

    @cached_property
    def k(self) -> np.ndarray:
        """Intrinsics (3, 3), OpenCV."""
        return np.array(self.meta["camera"]["k"])

    @cached_property
    def radiance(self) -> np.ndarray:
        """(H, W, 3) float32, linear."""
        channels = self._read("radiance.exr", ("R", "G", "B"))
        return np.stack([channels[c] for c in "RGB"], axis=-1).astype(np.float32)

    @cached_property
    def labels(self) -> dict[str, np.ndarray]:
        """The layers of `LABEL_LAYERS`, (H, W) each."""
        return self._read("labels.exr", tuple(LABEL_LAYERS))

    @cached_property
    def shares(self) -> dict[str, np.ndarray] | None:
        """The layers of `GLASS_LAYERS`, (H, W) float32 each; None where no such surface is labelled."""
        if not (self.folder / "glass.exr").is_file():
            return None
        channels = self._read("glass.exr", GLASS_LAYERS)
        return {name: values.astype(np.float32) for name, values in channels.items()}

    def _read(self, name: str, wanted: tuple[str, ...]) -> dict[str, np.ndarray]:
        channels = read_exr(self.folder / name)
        for layer in _LATER_LAYERS:
            if layer in wanted and layer not in channels:
                channels[layer] = np.zeros(self.size_px[::-1], np.uint32)
        hint = "delete the frame's folder and render again"
        for channel in wanted:
            if channel not in channels:
                raise FrameError("a layer is missing", file=self.folder / name, key=channel, hint=hint)
            if channels[channel].shape != self.size_px[::-1]:
                raise FrameError(
                    "the image has another size than frame.json says",
                    file=self.folder / name,
                    key=channel,
                    value=channels[channel].shape,
                    hint=hint,
                )
        return {channel: channels[channel] for channel in wanted}
