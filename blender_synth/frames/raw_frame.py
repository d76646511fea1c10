"""The raw frame: one folder with the picture's radiance, the label layers and their metadata. Written atomically.

radiance.exr   R G B, half float: linear scene radiance (Rec. 709 primaries), clear air; 1.0 is
               the medium's `watts_per_unit` (100 by day, less when it is dark) W m⁻² sr⁻¹
labels.exr     the layers of `LABEL_LAYERS`, lossless
glass.exr      the layers of `GLASS_LAYERS`, half float; only where glass, water or a polished surface is labelled
refined.png    the refined picture, 8 bits; only in runs that `refine apply` wrote
frame.json     the metadata (see `meta.FrameMeta`)
SHA256SUMS     of these files (see `checksums`)
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenEXR

from blender_synth.checksums import files_below, write_sums
from blender_synth.durable import take_place
from blender_synth.errors import FrameError
from blender_synth.frames.meta import FrameMeta
from blender_synth.frames.meta_json import FILE, RENDER_AGAIN, read_meta

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
    reflected_bounces    number of mirrors on the path
    reflected_via        the mirrors on the path, six bits each, the first in the lowest bits; a value v stands for
                         the v-th of frame.json's `mirror_slots`, counted from 1
    reflected_path_m     length of the whole path, from the camera to what is shown; inf for sky, 0 without a mirror
    transmitted_id       what is seen through the glass or water at this pixel, met first or after a mirror
    transmitted_via      the mirrors on that path, as in reflected_via; 0 where the view through is straight
    transmitted_path_m   length of that path; inf for sky, 0 where there is no glass
    depth_m              first hit, along the optical axis; inf for sky
    normal.X/Y/Z         first hit, world axes
"""
_LATER_LAYERS = ("transmitted_via",)
"""Layers that older frames of this version lack; they are read as zero."""
GLASS_LAYERS = ("reflected_share", "transmitted_share")
"""Layers of glass.exr, each (H, W), 0 to 1: shares of the pixel's light in the picture, in clear air, that the first
surface reflects and transmits. 0 where that surface is neither glass, water nor polished."""
REFINED = "refined.png"
VIA_BITS = 6
MAX_BOUNCES = 4


def decode_via(code: int, mirror_slots: Sequence[int]) -> list[int]:
    """Mirror ids of a chain code, in the order in which a ray from the camera meets them."""
    via = []
    while code:
        via.append(mirror_slots[(code & (2**VIA_BITS - 1)) - 1])
        code >>= VIA_BITS
    return via


def encode_via(via: Sequence[int], mirror_slots: Sequence[int]) -> int:
    """The chain code of mirror ids: the inverse of `decode_via`."""
    return sum((mirror_slots.index(mirror) + 1) << (VIA_BITS * depth) for depth, mirror in enumerate(via))


def id_layers(labels: Mapping[str, np.ndarray]) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """The layers that show objects, as (name, ids, chain codes), (H, W) uint32 each; an id of 0 shows nothing.

    Names are `surface`, `reflected` and `transmitted`. A person may be in all three: seen directly, in a mirror, and
    behind a pane.
    """
    yield "surface", labels["surface_id"], np.zeros_like(labels["surface_id"])
    yield "reflected", labels["reflected_id"], labels["reflected_via"]
    through = labels["transmitted_path_m"] > 0
    yield "transmitted", np.where(through, labels["transmitted_id"], 0), labels["transmitted_via"]


def write_exr(path: Path, channels: Mapping[str, np.ndarray]) -> None:
    """Write named (H, W) channels of float16, float32 or uint32 as one part, ZIP-compressed, dtypes unchanged."""
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    OpenEXR.File(header, {name: np.ascontiguousarray(values) for name, values in channels.items()}).write(str(path))


def read_exr(path: Path) -> dict[str, np.ndarray]:
    """The channels of a one-part EXR by name, each (H, W).

    Raises:
        FrameError: the file is missing or damaged.
    """
    if not path.is_file():
        raise FrameError("a file of the frame is missing", file=path, hint=RENDER_AGAIN)
    try:
        with OpenEXR.File(str(path), separate_channels=True) as file:
            return {name: channel.pixels for name, channel in file.channels().items()}
    except Exception as error:  # the binding raises RuntimeError, ValueError and others alike
        raise FrameError(f"the image is damaged ({str(error)[:200]})", file=path, hint=RENDER_AGAIN) from None


def write_frame(folder: Path, fill: Callable[[Path], None]) -> None:
    """Write a frame's folder atomically: `fill` writes into a temporary folder, which gets checksums and is renamed."""
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    try:
        fill(temporary)
        write_sums(temporary, files_below(temporary))
        take_place(temporary, folder)
    except Exception as error:
        if not isinstance(error, OSError):  # Blender and OpenEXR report a full disk in words of their own, if at all
            raise_if_full(temporary, error)
        raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)  # after the rename there is none


def raise_if_full(folder: Path, cause: Exception | None = None) -> None:
    """Raise the OSError that Python raises, if the folder's disk has no room for a picture."""
    if shutil.disk_usage(folder).free < 2**22:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(folder)) from cause


class RawFrame:
    """One frame on disk; each file is read when it is first needed.

    Raises (on access):
        FrameError: a file is missing, damaged, of another version, or of a size that frame.json does not state.
    """

    def __init__(self, folder: Path):
        self.folder = Path(folder)
        self.derived: dict[str, Any] = {}
        """What other modules have computed from the frame and want to keep as long as it, by name."""

    def __getstate__(self) -> dict[str, Any]:
        """For another process: the folder and the metadata; layers are read again there when they are needed."""
        kept = {name: value for name, value in vars(self).items() if name in ("folder", "meta")}
        return kept | {"derived": {}}

    @cached_property
    def meta(self) -> FrameMeta:
        """The content of frame.json."""
        return read_meta(self.folder / FILE)

    @property
    def size_px(self) -> tuple[int, int]:
        """(width, height)."""
        return self.meta.camera.width_px, self.meta.camera.height_px

    @property
    def k(self) -> np.ndarray:
        """Intrinsics (3, 3), OpenCV."""
        return self.meta.camera.intrinsics

    @property
    def pose(self) -> np.ndarray:
        """world_from_camera (4, 4), OpenCV axes."""
        return self.meta.camera.pose

    @cached_property
    def radiance(self) -> np.ndarray:
        """(H, W, 3) float32, linear."""
        channels = self._read("radiance.exr", ("R", "G", "B"))
        planes = [channels[c].astype(np.float32) for c in "RGB"]
        joined: np.ndarray = cv2.merge(planes)
        return joined

    @cached_property
    def labels(self) -> dict[str, np.ndarray]:
        """The layers of `LABEL_LAYERS`, (H, W) each."""
        return self._read("labels.exr", tuple(LABEL_LAYERS))

    @cached_property
    def shares(self) -> dict[str, np.ndarray] | None:
        """The layers of `GLASS_LAYERS`, (H, W) float32 each; None where no layered surface is in view."""
        if not (self.folder / "glass.exr").is_file():
            return None
        channels = self._read("glass.exr", GLASS_LAYERS)
        return {name: values.astype(np.float32) for name, values in channels.items()}

    @cached_property
    def refined_picture(self) -> np.ndarray | None:
        """(H, W, 3) uint8 RGB; None where the frame has no refined picture, or it did not keep the labels true."""
        if self.meta.refined is None or not self.meta.refined.accepted:
            return None
        file = self.folder / REFINED
        image = cv2.imread(str(file), cv2.IMREAD_COLOR) if file.is_file() else None
        if image is None or image.shape[:2] != self.size_px[::-1]:
            raise FrameError(
                "the refined picture is missing, damaged or of another size", file=file,
                hint="delete the run and give the same `refine apply` command again",
            )  # fmt: skip
        picture: np.ndarray = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        return picture

    def _read(self, name: str, layers: tuple[str, ...]) -> dict[str, np.ndarray]:
        channels = read_exr(self.folder / name)
        shape = self.size_px[::-1]
        for layer in _LATER_LAYERS:
            if layer in layers and layer not in channels:
                channels[layer] = np.zeros(shape, np.uint32)
        for layer in layers:
            if layer not in channels:
                raise FrameError("a layer is missing", file=self.folder / name, key=layer, hint=RENDER_AGAIN)
            if channels[layer].shape != shape:
                raise FrameError(
                    "the image has another size than frame.json states",
                    file=self.folder / name,
                    key=layer,
                    value=channels[layer].shape,
                    hint=RENDER_AGAIN,
                )
        return {layer: channels[layer] for layer in layers}
