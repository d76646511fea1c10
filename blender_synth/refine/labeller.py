"""A small network that finds the layout of photographs, learned on frames alone (torch).

It sees the picture and how far down each row is: without, a grey wall is a grey road.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch.nn import functional

from blender_synth.learn.average import MovingAverage
from blender_synth.learn.seeding import seed_torch
from blender_synth.learn.training import Training
from blender_synth.refine.inputs import FrameInput, scaled
from blender_synth.refine.layout import LAYOUT, PEOPLE, UNKNOWN, heights
from blender_synth.refine.network import LabelNetwork
from blender_synth.refine.segmenter import as_camera, window_around
from blender_synth.seeds import rng_for

_WIDTH, _RATE, _BATCH = 32, 0.006, 4
_ZOOM = (0.6, 1.0)
"""Photographs show things at other scales than frames: crops of these shares of the side that is learned with."""
_SMOOTH_PX = 2.0
"""Probabilities are blurred by this, so that no specks are left."""


def fit_labeller(
    folder: Path, frames: Sequence[FrameInput], steps: int, crop_px: int, seed: int, device: torch.device
) -> LabelNetwork:
    """Train it on frames as many cameras might show them, or go on; the result is in the checkpoint.

    Args:
        folder: of the checkpoint. frames: to learn from. crop_px: side of a crop.
    """
    seed_torch(seed, "refine/labeller")
    network = LabelNetwork(4, _WIDTH, len(LAYOUT)).to(device)
    average = MovingAverage(network, 0.99)
    optimizer = torch.optim.AdamW(network.parameters(), _RATE, weight_decay=0.01)
    training = Training(
        folder,
        {"network": network, "average": average, "optimizer": optimizer},
        {"seed": seed, "crop_px": crop_px, "frames": len(frames), "steps": steps},
    )
    training.resume()
    counts = np.bincount(np.concatenate([frame.layout.ravel() for frame in frames]), minlength=len(LAYOUT))
    rarity = (counts / counts.sum() + 0.01) ** -0.4
    weights = torch.from_numpy(rarity / rarity.mean()).float().to(device)

    def step(number: int) -> dict[str, float]:
        rng = rng_for(seed, number, "refine/labeller/step")
        for group in optimizer.param_groups:
            group["lr"] = _RATE * min(1.0, (number + 1) / 20, 2 * (steps - number) / steps)
        planes, layouts = zip(*(_crop(frames, crop_px, rng) for _ in range(_BATCH)), strict=True)
        logits = network(torch.from_numpy(np.stack(planes)).to(device))
        loss = functional.cross_entropy(logits, torch.from_numpy(np.stack(layouts)).long().to(device), weights)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimizer.step()
        average.update(network)
        return {"loss": loss.item()}

    training.run(steps, step, "labeller")
    network.load_state_dict(average.module.state_dict())
    return network.eval()


def _crop(frames: Sequence[FrameInput], crop_px: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A crop of a random frame at a random scale: planes (4, S, S) and layout (S, S)."""
    frame = frames[int(rng.integers(len(frames)))]
    size = max(16, round(crop_px * rng.uniform(*_ZOOM)))
    window = window_around(np.isin(frame.layout, PEOPLE), size, rng, share=0.5)
    flip = -1 if rng.random() < 0.5 else 1
    picture, layout = (
        cv2.resize(np.ascontiguousarray(values[window][:, ::flip]), (crop_px, crop_px), interpolation=way)
        for values, way in ((frame.picture, cv2.INTER_LINEAR), (frame.layout, cv2.INTER_NEAREST))
    )
    if rng.random() < 0.4:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.2))
    rows = cv2.resize(heights(len(frame.layout))[window[0], None], (1, crop_px), interpolation=cv2.INTER_LINEAR)
    return _planes(as_camera(picture, rng), rows.reshape(-1)), layout


def _planes(picture: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Picture (H, W, 3) and heights of its rows (H,) as (4, H, W) float32."""
    down = np.broadcast_to(rows[:, None], picture.shape[:2])
    return np.concatenate([scaled(picture), down[None]]).astype(np.float32)


@torch.no_grad()
def found_layout(network: LabelNetwork, picture: np.ndarray, confidence: float) -> np.ndarray:
    """Layout of a picture (H, W, 3) uint8: (H, W) uint8 of `LAYOUT` or `UNKNOWN`.

    Args:
        confidence: probability below which a pixel is unknown.
    """
    device = next(network.parameters()).device
    logits = network(torch.from_numpy(_planes(picture, heights(len(picture))))[None].to(device))[0].float().cpu()
    odds = cv2.GaussianBlur(logits.softmax(0).permute(1, 2, 0).numpy(), (0, 0), _SMOOTH_PX)
    layout = odds.argmax(-1).astype(np.uint8)
    layout[odds.max(-1) < confidence] = UNKNOWN
    return layout


def agreement(network: LabelNetwork, frames: Sequence[FrameInput]) -> dict[str, float]:
    """Intersection over union of each class that frames show, over all of them together."""
    overlap, union = np.zeros(len(LAYOUT)), np.zeros(len(LAYOUT))
    for frame in frames:
        found = found_layout(network, frame.picture, 0)
        for number in range(len(LAYOUT)):
            a, b = found == number, frame.layout == number
            overlap[number] += (a & b).sum()
            union[number] += (a | b).sum()
    shown = {int(number) for frame in frames for number in np.unique(frame.layout)}
    return {name: round(float(overlap[i] / union[i]), 3) for i, name in enumerate(LAYOUT) if i in shown}
