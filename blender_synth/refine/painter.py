"""A trained painter on disk, and painting one picture with it (torch)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from blender_synth.errors import RunError
from blender_synth.learn.checkpoint import load_checkpoint, load_weights, save_checkpoint
from blender_synth.learn.seeding import best_device
from blender_synth.refine import model as refiner_model
from blender_synth.refine.inputs import FrameInput, layout_borders
from blender_synth.refine.layout import LAYOUT, PAINT_PLANES, paint_planes
from blender_synth.refine.looks import LOOK, Looks
from blender_synth.refine.model import hash_of, to_picture, uses_half
from blender_synth.refine.network import Segmenter, plain_state
from blender_synth.refine.painter_network import PainterNetwork
from blender_synth.refine.segmenter import load_segmenter
from blender_synth.refine.tone import Tones

FILE = "painter.pt"
PAINTER_VERSION = 1
_WIDTHS = (8, 256)
"""Least and most channels, as in `GenerateSettings`."""


def save_painter(
    folder: Path, network: torch.nn.Module, width: int, looks: Looks, tones: Tones, facts: Mapping[str, Any]
) -> str:
    """Write the painter; returns its hash. `facts`: plain values, such as the photographs' digest."""
    weights = plain_state(network)
    painter_hash = hash_of([weights], looks.values.tobytes() + looks.shares.tobytes())
    save_checkpoint(
        folder / FILE,
        {"painter_version": PAINTER_VERSION, "planes": PAINT_PLANES, "width": width, "weights": weights,
         "looks": torch.from_numpy(looks.values), "shares": torch.from_numpy(looks.shares),
         "tones": torch.from_numpy(tones.profiles), "facts": {**facts, "hash": painter_hash}},
    )  # fmt: skip
    return painter_hash


@dataclass
class Painter:
    """A painter that is ready to be used, in place of a `Refiner`.

    Attributes:
        facts: what the training recorded, with `hash` and `photos` (digests). segmenter: for the check of masks.
        looks: of the photographs. half: whether to compute with bfloat16.
    """

    network: PainterNetwork
    facts: dict[str, Any]
    segmenter: Segmenter | None
    tones: Tones
    looks: Looks
    device: torch.device
    half: bool

    @property
    def model_hash(self) -> str:
        """Of the weights and looks."""
        return str(self.facts["hash"])

    @torch.no_grad()
    def refined(self, frame: FrameInput, variant: int = 0, style_scale: float = 1.0) -> np.ndarray:
        """A picture for the labels of a frame, (H, W, 3) uint8 RGB; the same every time.

        Args:
            variant: number of the look and of the noise. style_scale: 0 is the mean look.
        """
        look = self.looks.chosen(frame.layout, frame.seed, variant, style_scale)
        planes = paint_planes(frame.layout, layout_borders(frame), frame.seed, variant)
        given = (torch.from_numpy(array)[None].to(self.device) for array in (planes, look))
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            made = self.network(*given)
        return to_picture(made[0])


def load_painter(folder: Path, device: str = "auto", compute: str = "auto") -> Painter:
    """Read a painter.

    Args:
        folder: that `refine generate` wrote.

    Raises:
        RunError: it is missing, unfinished, damaged, a refiner or of another version. ConfigError: the device is not
            there.
    """
    file = folder / FILE
    if not file.is_file():
        other, unfinished = (folder / refiner_model.FILE).is_file(), (folder / "checkpoint.pt").is_file()
        raise RunError(
            "the model is a refiner, which needs pictures" if other else
            "the training of this painter is not finished" if unfinished else "there is no painter",
            file=folder, key="model", value=str(folder),
            hint="use it with `refine apply`, or give another folder" if other else
            "give the same `refine generate` command again" if unfinished else "give photos=FOLDER to make one",
        )  # fmt: skip
    state = load_checkpoint(file)
    shapes = (state.get("painter_version"), state.get("planes"))
    if shapes != (PAINTER_VERSION, PAINT_PLANES):
        raise RunError(
            "the painter is of another version", file=file, key="painter_version", value=state.get("painter_version"),
            hint=f"version {PAINTER_VERSION} is read here; delete the folder and train it again",
        )  # fmt: skip
    where = best_device(device)
    try:
        width = int(state["width"])
        if not _WIDTHS[0] <= width <= _WIDTHS[1]:
            raise ValueError(f"width {width}")
        network = PainterNetwork(width)
        weights = state["weights"]
        looks = Looks(state["looks"].numpy(), state["shares"].numpy())
        tones, facts = Tones.of_profiles(state["tones"].numpy()), dict(state["facts"])
        if missing := {"hash", "photos", "nearer"} - facts.keys():
            raise ValueError(f"no {', '.join(sorted(missing))}")
        if looks.values.shape[1:] != (LOOK,) or looks.shares.shape != (len(looks.values), len(LAYOUT)):
            raise ValueError(f"looks of shape {looks.values.shape}, shares of {looks.shares.shape}")
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        raise RunError(f"the painter is damaged ({' '.join(str(error).split())[:160]})", file=file, key="model",
                       value=str(folder), hint="delete the folder and train it again") from None  # fmt: skip
    load_weights(network, weights, file)
    half = uses_half(compute, where)
    return Painter(network.to(where).eval(), facts, load_segmenter(folder), tones, looks, where, half)
