"""A trained refiner on disk, and refining one picture with it (torch)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from blender_synth.errors import RunError
from blender_synth.learn.checkpoint import load_checkpoint, load_weights, save_checkpoint
from blender_synth.learn.seeding import best_device
from blender_synth.refine.camera import Camera, through_camera
from blender_synth.refine.inputs import PLANES, FrameInput
from blender_synth.refine.network import Generator, Segmenter, plain_state
from blender_synth.refine.segmenter import load_segmenter
from blender_synth.refine.tone import Tones
from blender_synth.seeds import rng_for

FILE = "model.pt"
MODEL_VERSION = 3
_HASH_DIGITS = 12


def save_model(
    folder: Path,
    network: torch.nn.Module,
    settings: Mapping[str, Any],
    facts: Mapping[str, Any],
    tones: Tones,
    camera: Camera | None,
) -> str:
    """Write the model; returns its hash.

    Args:
        settings: arguments of `Generator`. facts: plain values, such as the photographs' digest.
        tones: of the photographs. camera: that pictures go through first.
    """
    weights = plain_state(network)
    lens = {} if camera is None else plain_state(camera)
    model_hash = hash_of([weights, lens], b"" if camera is None else repr(camera.noise_factor).encode())
    save_checkpoint(
        folder / FILE,
        {"model_version": MODEL_VERSION, "planes": PLANES, "settings": dict(settings), "weights": weights,
         "camera": None if camera is None else {"noise": camera.noise_factor, "weights": lens},
         "tones": torch.from_numpy(tones.profiles), "facts": {**facts, "hash": model_hash}},
    )  # fmt: skip
    return model_hash


def hash_of(parts: Sequence[Mapping[str, torch.Tensor]], more: bytes) -> str:
    """Hash of weights on the CPU, and of what else decides the pictures."""
    digest = hashlib.sha256(more)
    for part in parts:
        for name in sorted(part):
            digest.update(name.encode())
            digest.update(part[name].numpy().tobytes())
    return digest.hexdigest()[:_HASH_DIGITS]


@dataclass
class Refiner:
    """A model that is ready to be used.

    Attributes:
        facts: what `fit` recorded, with `hash` and `photos` (digests). segmenter: None where the model has none.
        tones: of the photographs that it learned from. camera: that pictures go through before the network.
        half: whether to compute with bfloat16.
    """

    network: Generator
    facts: dict[str, Any]
    segmenter: Segmenter | None
    tones: Tones
    camera: Camera | None
    device: torch.device
    half: bool

    @property
    def model_hash(self) -> str:
        """Of the weights."""
        return str(self.facts["hash"])

    @torch.no_grad()
    def refined(self, frame: FrameInput, variant: int = 0, style_scale: float = 0.0) -> np.ndarray:
        """The picture of a frame, (H, W, 3) uint8 RGB; the same every time.

        Args:
            variant: number of the style code and of the grain. style_scale: 0 is the mean look.
        """
        if self.camera is not None:
            frame = through_camera(self.camera, frame, variant)
        code = torch.from_numpy(rng_for(*frame.seed, f"refine/style/{variant}").standard_normal(self.network.style))
        planes = torch.from_numpy(frame.planes(variant))[None].to(self.device)
        codes = (style_scale * code.float())[None].to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            made = self.network(planes, codes)
        return to_picture(made[0])


def to_picture(values: torch.Tensor) -> np.ndarray:
    """(3, H, W) from -1 to 1 as (H, W, 3) uint8."""
    scaled = ((values.float().clamp(-1, 1) + 1) * 127.5).round().to(torch.uint8)
    return np.ascontiguousarray(scaled.permute(1, 2, 0).cpu().numpy())


def uses_half(compute: str, device: torch.device) -> bool:
    """Whether to compute with bfloat16."""
    return compute == "bfloat16" or (compute == "auto" and device.type == "cuda")


def load_model(folder: Path, device: str = "auto", compute: str = "auto") -> Refiner:
    """Read a model.

    Args:
        folder: that `fit` wrote, or the file in it.

    Raises:
        RunError: it is missing, unfinished, damaged or of another version. ConfigError: the device is not there.
    """
    file = folder if folder.is_file() else folder / FILE
    if not file.is_file():
        painter, unfinished = (folder / "painter.pt").is_file(), (folder / "checkpoint.pt").is_file()
        raise RunError(
            "the model is a painter, which does not refine pictures" if painter else
            "the training of this model is not finished" if unfinished else "there is no model",
            file=folder, key="model", value=str(folder),
            hint="use it with `refine generate`, or give another folder" if painter else
            "give the same `refine fit` command again" if unfinished else "make one with `refine fit`",
        )  # fmt: skip
    state = load_checkpoint(file)
    if state.get("model_version") != MODEL_VERSION or state.get("planes") != PLANES:
        raise RunError(
            "the model is of another version", file=file, key="model_version", value=state.get("model_version"),
            hint=f"version {MODEL_VERSION} is read here; fit it again",
        )  # fmt: skip
    where = best_device(device)
    network = Generator(**state["settings"])
    load_weights(network, state["weights"], file)
    segmenter = load_segmenter(file.parent)
    tones = Tones.of_profiles(state["tones"].numpy())
    camera = None
    if state["camera"] is not None:
        camera = Camera(float(state["camera"]["noise"]))
        load_weights(camera, state["camera"]["weights"], file)
        camera.to(where).eval()
    half = uses_half(compute, where)
    return Refiner(network.to(where).eval(), dict(state["facts"]), segmenter, tones, camera, where, half)
