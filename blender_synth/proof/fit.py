"""Stage 3: one training. All arms take the same pictures, cut and coloured alike, in the same order."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch

from blender_synth.categories import MIRROR
from blender_synth.errors import RunError
from blender_synth.learn.average import MovingAverage
from blender_synth.learn.checkpoint import load_checkpoint, load_weights
from blender_synth.learn.seeding import best_device, seed_torch
from blender_synth.learn.training import CHECKPOINT, Training
from blender_synth.proof.arms import Arm
from blender_synth.proof.datasets import PEOPLE_NAMES, REFLECTION_NAMES, Dataset, Picture, category_id
from blender_synth.proof.loading import augmented, batch_arrays
from blender_synth.proof.losses import Target, losses
from blender_synth.proof.network import Detector, cells_of
from blender_synth.proof.settings import ProofSettings
from blender_synth.seeds import rng_for

_WEIGHTS = {"found": 1.0, "kind": 0.5, "box": 2.0, "mask": 1.0}
_SURFACE_WEIGHT = 1.0
_WARM_UP, _LEAST_RATE = 0.05, 0.02
"""Share of the steps during which the learning rate rises; share of the highest one that it ends with."""
_DECAY, _AVERAGE = 0.02, 0.998
_LARGEST_GRADIENT = 10.0


@dataclass(frozen=True)
class Trained:
    """Where a training is, how many pictures it saw, and the seconds it took."""

    name: str
    checkpoint: Path
    pictures: int
    seconds: float


def chosen_pictures(dataset: Dataset, arm: Arm, count: int | None) -> list[Picture]:
    """The pictures that an arm trains on.

    Args:
        count: of pictures without twins; None for all. The first ones of an order that is drawn once, so that smaller
            sets are parts of larger ones. Pictures of one frame in several airs count as one.
    """
    by_frame: dict[tuple[str, int], list[Picture]] = {}
    for picture in sorted(dataset.pictures, key=lambda picture: picture.file.name):
        image = picture.image
        by_frame.setdefault((str(image.get("run", "")), int(image.get("frame_index", image["id"]))), []).append(picture)
    matt = {key: pictures for key, pictures in by_frame.items() if pictures[0].image.get("pair_role") == "matt"}
    plain = [key for key in by_frame if key not in matt]
    order = [plain[i] for i in rng_for(0, 0, "proof/subset").permutation(len(plain))]
    order = order[: count or len(order)]
    if arm.frames != "mirrors":
        twin = {_scene(by_frame[key][0]): key for key in matt}
        twins = [twin[_scene(by_frame[key][0])] for key in order if _scene(by_frame[key][0]) in twin]
        if arm.frames == "matt":
            order = twins
        else:  # twins take the place of mirrors of other scenes
            half = twins[: len(order) // 2]
            with_twins = [key for key in order if twin.get(_scene(by_frame[key][0])) in set(half)]
            others = [key for key in order if key not in set(with_twins)]
            order = [*half, *with_twins, *others][: len(order)]
        if not twins:
            raise RunError(
                f"arm {arm.name} needs twins without mirrors, and no frame has one", key="proof.train",
                value=dataset.name, hint="add `paired: true` to parts of the plan",
            )  # fmt: skip
    return [picture for key in sorted(order) for picture in by_frame[key]]


def _scene(picture: Picture) -> tuple[object, object, object]:
    return picture.image.get("run"), picture.image.get("scene_index"), picture.image.get("view")


def classes_by_id(dataset: Dataset, arm: Arm) -> dict[int, int]:
    """The network's class of each category id that an arm learns."""
    people, reflections = category_id(dataset, PEOPLE_NAMES), category_id(dataset, REFLECTION_NAMES)
    if people is None:
        raise RunError("the dataset has no category of people", file=dataset.name, hint="name one pedestrian or person")
    return {people: 0, **({reflections: 1} if reflections is not None and arm.classes > 1 else {})}


def surface_ids(dataset: Dataset) -> tuple[int]:
    """The category id of reflecting surfaces.

    Raises:
        RunError: the dataset has none.
    """
    number = category_id(dataset, (MIRROR,))
    if number is None:
        raise RunError(
            "the dataset has no category of reflecting surfaces", key="proof.arms", value="h", file=dataset.name,
            hint=f"name one {MIRROR}, or leave arm h out",
        )  # fmt: skip
    return (number,)


def fit(
    folder: Path, dataset: Dataset, arm: Arm, settings: ProofSettings, seed: int, count: int | None = None
) -> Trained:
    """Train, or go on with a training that was stopped; one that is complete is left alone.

    Args:
        folder: of the training. count: see `chosen_pictures`.

    Raises:
        RunError: there is too little to train on, or the folder holds a training with other settings.
    """
    pictures = chosen_pictures(dataset, arm, count)
    if not pictures:
        raise RunError("there is no picture to train on", file=folder, hint="render first")
    prepare(settings)
    device = best_device(settings.device)
    seed_torch(seed, "proof/weights")
    network = Detector(arm.classes, settings.width, arm.surfaces).to(device, memory_format=torch.channels_last)
    if settings.weights is not None:
        start = Path(str(settings.weights).replace("{arm}", arm.name))
        load_weights(network, load_checkpoint(start)["parts"]["average"]["weights"], start)
    weights = {**_WEIGHTS, "surface": _SURFACE_WEIGHT} if arm.surfaces else _WEIGHTS
    average = MovingAverage(network, _AVERAGE)
    decayed = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": _DECAY}, {"params": others, "weight_decay": 0.0}], settings.learning_rate
    )
    training = Training(
        folder,
        {"network": network, "average": average, "optimizer": optimizer},
        {
            "arm": arm.name, "classes": arm.classes, "seed": seed, "pictures": len(pictures), "steps": settings.steps,
            "batch": settings.batch, "learning_rate": settings.learning_rate, "width": settings.width,
            "input_px": list(settings.input_px), "crop": list(settings.crop),
            "min_visibility": settings.learn_min_visibility, "weights": str(settings.weights or ""),
            "losses": list(weights), **({"surfaces": True} if arm.surfaces else {}),
        },
        columns=("loss", *weights),
    )  # fmt: skip
    training.resume()
    classes = classes_by_id(dataset, arm)
    surfaces = surface_ids(dataset) if arm.surfaces else ()
    cells = tuple(part.to(device) for part in cells_of(*settings.input_px))
    styles = photographs(settings.photos) if arm.fourier and settings.photos is not None else []

    def step(number: int) -> Mapping[str, float]:
        for group in optimizer.param_groups:
            group["lr"] = settings.learning_rate * _rate(number, settings.steps)
        samples = []
        for place in range(number * settings.batch, (number + 1) * settings.batch):
            epoch, position = divmod(place, len(pictures))
            picture = pictures[int(rng_for(seed, epoch, "proof/order").permutation(len(pictures))[position])]
            rng = rng_for(seed, place, "proof/augment")
            style = styles[int(rng.integers(len(styles)))] if styles else None
            samples.append(
                augmented(
                    picture, settings.input_px, settings.crop, classes, rng, style, surfaces,
                    settings.learn_min_visibility,
                )
            )  # fmt: skip
        batch = torch.from_numpy(batch_arrays(samples)).to(device, memory_format=torch.channels_last)
        targets = [
            Target(*(torch.from_numpy(a).to(device) for a in (one.boxes, one.classes, one.masks, one.surfaces)))
            for one in samples
        ]
        with torch.autocast(device.type, torch.bfloat16, enabled=computes_in_bfloat16(settings, device)):
            outputs = network(batch)
        parts = losses(outputs, targets, (cells[0], cells[1]))
        loss = sum((weights[name] * value for name, value in parts.items()), torch.zeros((), device=device))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), _LARGEST_GRADIENT)
        optimizer.step()
        average.update(network)
        return {"loss": loss.item(), **{name: value.item() for name, value in parts.items()}}

    network.train()
    training.run(settings.steps, step, folder.name)
    return Trained(folder.name, folder / CHECKPOINT, len(pictures), training.seconds)


def prepare(settings: ProofSettings) -> None:
    """Set the number of threads; OpenCV's get in the way of PyTorch's."""
    cv2.setNumThreads(1)
    if settings.threads:
        torch.set_num_threads(settings.threads)


def computes_in_bfloat16(settings: ProofSettings, device: torch.device) -> bool:
    """Whether convolutions compute in bfloat16: twice as fast on processors that have it, slower on others."""
    if settings.compute != "auto":
        return settings.compute == "bfloat16"
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return device.type == "cpu" and any(f" {flag} " in flags for flag in ("avx512_bf16", "amx_bf16"))


def _rate(step: int, steps: int) -> float:
    warm = max(1, round(_WARM_UP * steps))
    if step < warm:
        return (step + 1) / warm
    share = (step - warm) / max(1, steps - warm)
    return _LEAST_RATE + (1 - _LEAST_RATE) * 0.5 * (1 + math.cos(math.pi * share))


def photographs(folder: Path, most: int = 200) -> list[np.ndarray]:
    """Photographs of a folder and its sub-folders, (h, w, 3) uint8 RGB, at most 640 px wide.

    Raises:
        RunError: there is none.
    """
    found: list[np.ndarray] = []
    for path, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            if name.lower().endswith((".jpg", ".jpeg", ".png")) and len(found) < most:
                image = cv2.imread(os.path.join(path, name), cv2.IMREAD_COLOR)
                if image is not None:
                    scale = min(1.0, 640 / image.shape[1])
                    found.append(np.ascontiguousarray(cv2.resize(image, None, fx=scale, fy=scale)[..., ::-1]))
    if not found:
        raise RunError("there are no photographs", file=folder, key="proof.photos", hint="JPEG or PNG files")
    return found


def load_network(checkpoint: Path, settings: ProofSettings) -> tuple[torch.nn.Module, Sequence[int]]:
    """The averaged network of a checkpoint, ready to detect, and the size of its input.

    Raises:
        RunError: it is missing or damaged.
    """
    state = load_checkpoint(checkpoint)
    made = state.get("settings", {})
    network = Detector(
        int(made.get("classes", 2)), float(made.get("width", settings.width)), bool(made.get("surfaces", False))
    )
    load_weights(network, state["parts"]["average"]["weights"], checkpoint)
    network.eval()
    return network.to(best_device(settings.device), memory_format=torch.channels_last), made["input_px"]
