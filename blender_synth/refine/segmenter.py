"""A small network that finds people and reflections, for the check that they can still be found (torch)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from blender_synth.learn.average import MovingAverage
from blender_synth.learn.checkpoint import load_checkpoint, load_weights, save_checkpoint
from blender_synth.learn.seeding import seed_torch
from blender_synth.learn.training import Training
from blender_synth.refine.inputs import CLASSES, FrameInput, scaled
from blender_synth.refine.network import Segmenter, plain_state
from blender_synth.seeds import rng_for

FILE = "segmenter.pt"
_LEAST_IOU = 0.3
"""A class that the segmenter finds no better than this in the picture before is not compared."""
_LEAST_PX = 60


def fit_segmenter(folder: Path, frames: Sequence[FrameInput], steps: int, crop_px: int, seed: int) -> Segmenter:
    """Train it on unrefined pictures, or go on; the result is in `FILE`."""
    seed_torch(seed, "refine/segmenter")
    network = Segmenter()
    average = MovingAverage(network, 0.995)
    optimizer = torch.optim.AdamW(network.parameters(), 0.002, weight_decay=0.01)
    training = Training(
        folder / "segmenter",
        {"network": network, "average": average, "optimizer": optimizer},
        {"seed": seed, "crop_px": crop_px, "frames": len(frames), "steps": steps},
    )
    training.resume()
    weights = torch.tensor([1.0, 3.0, 3.0])

    def step(number: int) -> dict[str, float]:
        rng = rng_for(seed, number, "refine/segmenter/step")
        pictures, classes = [], []
        for _ in range(4):
            frame = frames[int(rng.integers(len(frames)))]
            window = window_around(frame.classes > 0, min(crop_px, *frame.classes.shape), rng)
            flip = -1 if rng.random() < 0.5 else 1
            pictures.append(scaled(as_camera(frame.picture[window][:, ::flip], rng)))
            classes.append(np.ascontiguousarray(frame.classes[window][:, ::flip]))
        logits = network(torch.from_numpy(np.stack(pictures)))
        loss = functional.cross_entropy(logits, torch.from_numpy(np.stack(classes)).long(), weights)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        average.update(network)
        return {"loss": loss.item()}

    training.run(steps, step, "segmenter")
    network.load_state_dict(average.module.state_dict())
    save_checkpoint(folder / FILE, {"weights": plain_state(network)})
    return network.eval()


def window_around(wanted: np.ndarray, size: int, rng: np.random.Generator, share: float = 0.8) -> tuple[slice, slice]:
    """A random window of a picture, in that share of cases one that shows some wanted pixel, (H, W) bool."""
    shown = np.argwhere(wanted)
    middle = shown[int(rng.integers(len(shown)))] if len(shown) and rng.random() < share else None
    places = []
    for axis, length in enumerate(wanted.shape):
        place = int(rng.integers(length)) if middle is None else int(middle[axis])
        places.append(int(np.clip(place - rng.integers(size), 0, length - size)))
    return slice(places[0], places[0] + size), slice(places[1], places[1] + size)


def as_camera(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A picture as some other camera might show it: what the refiner may change should not matter to the segmenter."""
    values = (picture / 255.0) ** rng.uniform(0.6, 1.6) * rng.uniform(0.6, 1.3) * rng.uniform(0.75, 1.3, 3)
    values = values * rng.uniform(0.6, 1) + rng.uniform(0, 0.2) + rng.normal(0, rng.uniform(0, 0.04), picture.shape)
    return np.asarray(values.clip(0, 1) * 255)


def load_segmenter(folder: Path) -> Segmenter | None:
    """The segmenter of a model; None where it has none.

    Raises:
        RunError: the file is damaged.
    """
    if not (folder / FILE).is_file():
        return None
    network = Segmenter()
    load_weights(network, load_checkpoint(folder / FILE)["weights"], folder / FILE)
    return network.eval()


@torch.no_grad()
def found_classes(network: Segmenter, picture: np.ndarray) -> np.ndarray:
    """Classes of the pixels of a picture (H, W, 3) uint8, (H, W) uint8."""
    return network(torch.from_numpy(scaled(picture))[None]).argmax(1)[0].numpy().astype(np.uint8)


def ious(found: np.ndarray, classes: np.ndarray) -> dict[str, float]:
    """Intersection over union of each class that the labels show at all."""
    result = {}
    for number, name in enumerate(CLASSES[1:], start=1):
        true, seen = classes == number, found == number
        if true.sum() >= _LEAST_PX:
            result[name] = float((true & seen).sum() / (true | seen).sum())
    return result


def iou_loss(network: Segmenter, before: np.ndarray, after: np.ndarray, classes: np.ndarray) -> float:
    """The most that a class's IoU with the labels falls from one picture to the other; NaN without people."""
    first, second = (ious(found_classes(network, picture), classes) for picture in (before, after))
    losses = [first[name] - second[name] for name in first if first[name] >= _LEAST_IOU]
    return max(losses) if losses else float("nan")
