"""A small network that finds the layout of photographs, learned on frames alone (torch)."""

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
from blender_synth.refine.inputs import BORDERS, FrameInput, scaled
from blender_synth.refine.layout import LAYOUT, UNKNOWN
from blender_synth.refine.network import Segmenter
from blender_synth.refine.segmenter import as_camera, window_around
from blender_synth.seeds import rng_for

_WIDTH = 32
_ZOOM = (0.6, 1.6)
"""Photographs show things at other scales than frames."""
_SMOOTH_PX = 2.0
"""Probabilities are blurred by this, so that no specks are left."""
_PEOPLE = (LAYOUT.index("person"), LAYOUT.index("reflection"))


def fit_labeller(
    folder: Path, frames: Sequence[FrameInput], steps: int, crop_px: int, seed: int, device: torch.device
) -> Segmenter:
    """Train it on frames as many cameras might show them, or go on; the result is in the checkpoint.

    Args:
        folder: of the checkpoint. frames: to learn from. crop_px: side of a crop.
    """
    seed_torch(seed, "refine/labeller")
    network = Segmenter(_WIDTH, len(LAYOUT) + 1).to(device)
    average = MovingAverage(network, 0.995)
    optimizer = torch.optim.AdamW(network.parameters(), 0.002, weight_decay=0.01)
    training = Training(
        folder,
        {"network": network, "average": average, "optimizer": optimizer},
        {"seed": seed, "crop_px": crop_px, "frames": len(frames), "steps": steps},
    )
    training.resume()
    counts = np.bincount(np.concatenate([frame.layout.ravel() for frame in frames]), minlength=len(LAYOUT))
    rarity = 1 / np.sqrt(counts / counts.sum() + 0.01)
    weights = torch.from_numpy(rarity / rarity.mean()).float().to(device)
    border_weight = torch.tensor(3.0, device=device)

    def step(number: int) -> dict[str, float]:
        rng = rng_for(seed, number, "refine/labeller/step")
        for group in optimizer.param_groups:
            group["lr"] = 0.002 * min(1.0, 2 * (steps - number) / steps)
        pictures, layouts, borders = zip(*(_crop(frames, crop_px, rng) for _ in range(4)), strict=True)
        logits = network(torch.from_numpy(np.stack(pictures)).to(device))
        true = torch.from_numpy(np.stack(layouts)).long().to(device)
        edges = torch.from_numpy(np.stack(borders)).float().to(device)
        loss = functional.cross_entropy(logits[:, :-1], true, weights)
        loss = loss + 0.5 * functional.binary_cross_entropy_with_logits(logits[:, -1], edges, pos_weight=border_weight)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        average.update(network)
        return {"loss": loss.item()}

    training.run(steps, step, "labeller")
    network.load_state_dict(average.module.state_dict())
    return network.eval()


def _crop(
    frames: Sequence[FrameInput], crop_px: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A crop of a random frame at a random scale: picture (3, S, S), layout and borders (S, S)."""
    frame = frames[int(rng.integers(len(frames)))]
    size = max(16, min(round(crop_px * rng.uniform(*_ZOOM)), *frame.layout.shape))
    window = window_around(np.isin(frame.layout, _PEOPLE), size, rng, share=0.6)
    flip = -1 if rng.random() < 0.5 else 1
    shown = (frame.picture, frame.layout, frame.layers[BORDERS].astype(np.uint8))
    how = (cv2.INTER_AREA if size > crop_px else cv2.INTER_LINEAR, cv2.INTER_NEAREST, cv2.INTER_NEAREST)
    picture, layout, borders = (
        cv2.resize(np.ascontiguousarray(values[window][:, ::flip]), (crop_px, crop_px), interpolation=way)
        for values, way in zip(shown, how, strict=True)
    )
    if rng.random() < 0.4:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.3, 1.2))
    return scaled(as_camera(picture, rng)), layout, borders


@torch.no_grad()
def found_layout(network: Segmenter, picture: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray]:
    """Layout and borders of a picture (H, W, 3) uint8: (H, W) uint8 of `LAYOUT` or `UNKNOWN`, and (H, W) bool.

    Args:
        confidence: probability below which a pixel is unknown.
    """
    device = next(network.parameters()).device
    logits = network(torch.from_numpy(scaled(picture))[None].to(device))[0].float().cpu()
    odds = cv2.GaussianBlur(logits[:-1].softmax(0).permute(1, 2, 0).numpy(), (0, 0), _SMOOTH_PX)
    layout = odds.argmax(-1).astype(np.uint8)
    layout[odds.max(-1) < confidence] = UNKNOWN
    return layout, (logits[-1] > 0).numpy()


def agreement(network: Segmenter, frames: Sequence[FrameInput]) -> dict[str, float]:
    """Intersection over union of each class that frames show, over all of them together."""
    overlap, union = np.zeros(len(LAYOUT)), np.zeros(len(LAYOUT))
    for frame in frames:
        found = found_layout(network, frame.picture, 0)[0]
        for number in range(len(LAYOUT)):
            a, b = found == number, frame.layout == number
            overlap[number] += (a & b).sum()
            union[number] += (a | b).sum() if b.any() or union[number] else 0
    return {name: round(float(overlap[i] / union[i]), 3) for i, name in enumerate(LAYOUT) if union[i]}
