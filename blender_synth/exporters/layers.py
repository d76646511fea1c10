"""Layers of every frame as pictures or arrays: depth, normals, amodal masks, ids behind mirrors and glass, path length.

Parameters:

| key | default | unit | meaning |
| --- | --- | --- | --- |
| `layers` | [depth, normals, ids, amodal, reflected, transmitted, path] | names | which layers are written |
| `layer_format` | png16 | choice | png16 (16-bit PNG), exr (32-bit float) or npz (numpy) |

Files:

    images/<split>/<run>_<frame>.jpg
    <layer>/<split>/<run>_<frame>.png|exr|npz         amodal: one for each instance, <run>_<frame>/<instance>.png, or
                                                      one EXR or NPZ with a channel for each
    layers.json                                       what the values mean
    frames.parquet  people.parquet  ATTRIBUTION.md

| layer | shape | PNG | EXR, NPZ |
| --- | --- | --- | --- |
| `depth` | H, W | metres x 256, as KITTI's depth; 0: sky, or beyond 255.99 m | metres along the axis; inf: sky |
| `normals` | H, W, 3 | (n + 1) / 2 x 65535 in world axes | n; 0: sky |
| `ids` | H, W | instance id of the first hit; 0: sky | the same |
| `amodal` | N, H, W | 255 in the whole outline, where it is known | 1 in it |
| `reflected` | H, W | instance id of what a mirror shows at the pixel; 0: nothing | the same |
| `transmitted` | H, W | instance id of what glass or water shows at the pixel; 0: nothing | the same |
| `path` | H, W | metres x 256: length of the light path in the mirror; 0: no mirror, sky, or beyond 255.99 m | metres |

Pictures of one frame in different air share its layers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import Field, field_validator

from blender_synth.attribution import Credits
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import FrameError
from blender_synth.exporters.common import CommonSettings, ImageRecord
from blender_synth.exporters.contract import SourceFrame
from blender_synth.exporters.pictures import picture_file_name, write_image, write_picture
from blender_synth.exporters.streams import PictureWriter, write_streams
from blender_synth.frames.raw_frame import RawFrame, write_exr
from blender_synth.values import plain

Layer = Literal["depth", "normals", "ids", "amodal", "reflected", "transmitted", "path"]
ALL_LAYERS: tuple[Layer, ...] = ("depth", "normals", "ids", "amodal", "reflected", "transmitted", "path")
METRES_SCALE = 256.0
MEANINGS = {
    "depth": "metres along the optical axis; PNG: metres x 256, 0 is sky or beyond 255.99 m",
    "normals": "world axes; PNG: (n + 1) / 2 x 65535, R G B is x y z; 0 0 0 is sky",
    "ids": "instance id of the first hit; 0 is sky",
    "amodal": "whole outlines of people, objects and reflections; one file or channel for each instance id",
    "reflected": "instance id of what a mirror shows; 0 is nothing",
    "transmitted": "instance id of what glass or water shows; 0 is nothing",
    "path": "length of the light path in a mirror in metres; PNG: metres x 256; 0 is no mirror, inf (PNG: 0) is sky",
}


@plain
class Settings(CommonSettings):
    """See the module's docstring."""

    kind: Literal["layers"] = "layers"
    layers: tuple[Layer, ...] = Field(default=ALL_LAYERS, min_length=1)
    layer_format: Literal["png16", "exr", "npz"] = "png16"

    @field_validator("layers")
    @classmethod
    def _check_layers(cls, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
        if len(set(layers)) != len(layers):
            raise ValueError("give each layer once")
        return layers


def write(frames: Sequence[SourceFrame], folder: Path, settings: Settings, develop: DevelopSettings) -> str:
    """Write the dataset into an empty folder; returns a summary. See `contract.Exporter`."""
    return write_streams(frames, [(folder, writer(frames, folder, settings))], settings, develop)[0]


def writer(frames: Sequence[SourceFrame], folder: Path, settings: Settings) -> PictureWriter:
    """A writer into an empty folder. See `streams.StreamingExporter`."""
    return _Writer(folder, settings)


def layer_values(frame: RawFrame, layer: Layer) -> np.ndarray:
    """A layer as an array: (H, W) or (H, W, 3), float32 or uint32. See the module's table; `amodal` has its own."""
    labels = frame.labels
    if layer == "depth":
        return labels["depth_m"]
    if layer == "normals":
        return np.stack([labels[f"normal.{axis}"] for axis in "XYZ"], axis=-1)
    if layer == "path":
        return labels["reflected_path_m"]
    if layer == "transmitted":
        return np.where(labels["transmitted_path_m"] > 0, labels["transmitted_id"], 0)
    return labels["surface_id" if layer == "ids" else "reflected_id"]


class _Writer:
    def __init__(self, folder: Path, settings: Settings):
        self.folder, self.settings = folder, settings
        self.written: set[str] = set()
        self.pictures = 0

    def add(self, record: ImageRecord) -> None:
        """Write one picture, and the layers of its frame once."""
        file_name = picture_file_name(record.name, self.settings.image_format)
        write_picture(self._folder("images", record.split) / file_name, record.shot, self.settings.image_format)
        self.pictures += 1
        if record.group in self.written:
            return
        self.written.add(record.group)
        for layer in self.settings.layers:
            folder = self._folder(layer, record.split)
            if layer == "amodal":
                self._write_amodal(folder, record)
            else:
                self._write(folder, record, layer_values(record.frame, layer), layer)

    def _folder(self, part: str, split: str) -> Path:
        folder = self.folder / part / split
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _write(self, folder: Path, record: ImageRecord, values: np.ndarray, layer: Layer) -> None:
        if self.settings.layer_format == "npz":
            np.savez_compressed(folder / f"{record.group}.npz", **{layer: values})
        elif self.settings.layer_format == "exr":
            channels: dict[str, np.ndarray] = {layer: values}
            if values.ndim == 3:
                channels = {axis: values[..., number] for number, axis in enumerate("XYZ")}
            write_exr(folder / f"{record.group}.exr", channels)
        else:
            write_image(folder / f"{record.group}.png", _as_png(values, layer, record.frame))

    def _write_amodal(self, folder: Path, record: ImageRecord) -> None:
        outlines = {i.instance_id: i.amodal_rle.mask() for i in record.seen if i.amodal_rle and i.amodal_rle.counts}
        if self.settings.layer_format == "npz":
            ids = np.array(list(outlines), np.uint32)
            masks = np.stack(list(outlines.values())) if outlines else np.zeros((0, *record.frame.size_px[::-1]), bool)
            np.savez_compressed(folder / f"{record.group}.npz", ids=ids, amodal=masks)
        elif self.settings.layer_format == "exr" and outlines:
            write_exr(folder / f"{record.group}.exr", {f"id_{n}": m.astype(np.float16) for n, m in outlines.items()})
        elif self.settings.layer_format == "png16":
            (folder / record.group).mkdir()
            for number, mask in outlines.items():
                write_image(folder / record.group / f"{number}.png", mask.astype(np.uint8) * 255)

    def finish(self, credits: Credits) -> str:
        """Write layers.json."""
        content = {
            "format": self.settings.layer_format,
            "layers": {layer: MEANINGS[layer] for layer in self.settings.layers},
        }
        (self.folder / "layers.json").write_text(json.dumps(content, indent=1), encoding="utf-8")
        return f"{self.pictures} pictures, {len(self.settings.layers)} layers of {len(self.written)} frames"


def _as_png(values: np.ndarray, layer: Layer, frame: RawFrame) -> np.ndarray:
    """A layer as a 16-bit image, B G R where it has three channels."""
    if layer == "normals":
        sky = ~values.any(axis=-1)
        encoded = ((values[..., ::-1].clip(-1, 1) + 1) / 2 * 65535 + 0.5).astype(np.uint16)
        encoded[sky] = 0
        return encoded
    if layer in ("depth", "path"):
        scaled = np.where(np.isfinite(values), values, 0).astype(np.float64) * METRES_SCALE + 0.5
        return np.where(scaled < 65536, scaled, 0).astype(np.uint16)
    if values.max(initial=0) > 65535:
        raise FrameError(
            "an instance id does not fit into 16 bits",
            file=frame.folder,
            value=int(values.max()),
            hint="set exporter.layer_format=exr or npz",
        )
    return values.astype(np.uint16)
