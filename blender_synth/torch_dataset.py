"""A `torch.utils.data.Dataset` over raw frames that makes a new picture of each frame in every epoch.

Air, exposure and sensor are drawn anew by epoch, from a named stream of the seed; the masks are those of the frame.
Needs torch (`pip install 'blender-synth-people[torch]'`) once a dataset is made; nothing else imports this module.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from blender_synth.annotate.instances import Instance, annotate
from blender_synth.annotate.ownership import GlassPolicy
from blender_synth.api.opened import Run, open_run
from blender_synth.categories import PEDESTRIAN, REFLECTION
from blender_synth.develop.picture import in_picture, shots
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import ConfigError, RunError
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.frames.run_folder import find_runs
from blender_synth.keypoints import COCO_KEYPOINTS
from blender_synth.seeds import rng_for
from blender_synth.validation import validate
from blender_synth.values import Range, plain

if TYPE_CHECKING:
    from torch.utils.data import Dataset
else:
    try:
        from torch.utils.data import Dataset
    except ImportError:
        Dataset = object


@plain
class Augmentation:
    """What is drawn for each picture, uniformly between the ends of a range.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `mor_m` | [50, 20000] | m | visibility, uniformly in its logarithm; null: the weather's |
    | `exposure_ev` | [-0.7, 0.7] | stops | added to the metered exposure |
    | `iso` | [100, 3200] | ISO | speed of the sensor, uniformly in its logarithm; null: no noise |
    | `warmth_ev` | [-0.15, 0.15] | stops | error of the white balance, red against blue |
    | `vignetting_ev` | [0.1, 0.5] | stops | loss of light in the corners |
    | `blur_px` | [0.2, 0.6] | px | standard deviation of the lens's blur |
    """

    mor_m: Range | None = (50.0, 20_000.0)
    exposure_ev: Range = (-0.7, 0.7)
    iso: Range | None = (100.0, 3200.0)
    warmth_ev: Range = (-0.15, 0.15)
    vignetting_ev: Range = (0.1, 0.5)
    blur_px: Range = (0.2, 0.6)


@plain
class _Filters:
    min_area_px: int = Field(default=16, ge=1)
    min_mix: float = Field(default=0.05, ge=0, le=1)
    min_transmittance: float = Field(default=0.05, ge=0, le=1)
    seed: int = Field(default=0, ge=0, lt=2**63)


class RunDataset(Dataset):
    """Pictures and targets as torchvision's detection models take them, made when they are asked for.

    Items are `(image, target)`: a float32 tensor (3, H, W) from 0 to 1, and a dict of `boxes` (N, 4) float32 (x0, y0,
    x1, y1 in pixels), `labels` (N,) int64 from 1, `masks` (N, H, W) uint8, `keypoints` (N, 17, 3) float32 x, y and
    COCO's flag (0 not in the picture, 1 hidden, 2 visible; 0 throughout for what is no person), `area` (N,) float32,
    `iscrowd` (N,) int64 zeros, `image_id` int: the index.
    """

    def __init__(
        self,
        runs: str | Path | Run | Iterable[str | Path | Run],
        *,
        classes: Sequence[str] = (PEDESTRIAN, REFLECTION),
        augment: Augmentation | Mapping[str, object] | None = None,
        seed: int = 0,
        min_area_px: int = 16,
        min_mix: float = 0.05,
        min_transmittance: float = 0.05,
    ):
        """Read the list of frames; pictures are made later.

        Args:
            runs: run folders, or folders or glob patterns that lead to some.
            classes: categories, in the order of the labels; the first is 1, as 0 is the background. Others are left
                out.
            augment: keys of `Augmentation`. seed: of all draws.
            min_area_px: smaller instances are left out; so are people with a lower mean share of their pixels' light
                than `min_mix`, and instances of which less than `min_transmittance` of the light gets through the air.

        Raises:
            ConfigError: torch is missing, or a wrong value.
            RunError: there is no run, or no frame.
        """
        self._torch = _torch()
        numbers = {"seed": seed, "min_area_px": min_area_px, "min_mix": min_mix, "min_transmittance": min_transmittance}
        self._filters = validate(_Filters, numbers, "dataset")
        self.augment = (
            augment if isinstance(augment, Augmentation) else validate(Augmentation, dict(augment or {}), "augment")
        )
        _draw(self.augment, np.random.Generator(np.random.PCG64(0)), True)  # wrong limits show now, not in a worker
        self.labels = {name: number for number, name in enumerate(dict.fromkeys(classes), start=1)}
        given = [runs] if isinstance(runs, str | Path | Run) else list(runs)
        paths = [p for run in given for p in ([run.path] if isinstance(run, Run) else find_runs([os.fspath(run)]))]
        self.folders = [frame.path for path in dict.fromkeys(paths) for frame in open_run(path)]
        if not self.folders:
            raise RunError("these runs hold no complete frames", key="runs", value=list(map(str, paths)), hint="render")
        self.epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the draws of the next epoch. Call it before a `DataLoader` is iterated; `persistent_workers` would
        keep the former epoch."""
        self.epoch = epoch

    def __len__(self) -> int:
        return len(self.folders)

    def __getitem__(self, index: int) -> tuple[Any, dict[str, Any]]:
        """See the class.

        Raises:
            FrameError: a file of the frame is missing or damaged.
        """
        picture, target = self.arrays(index)
        torch = self._torch
        image = torch.from_numpy(picture).permute(2, 0, 1).float().div_(255)
        tensors = {name: torch.from_numpy(value) for name, value in target.items()}
        return image.contiguous(), {**tensors, "image_id": index}

    def arrays(self, index: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """The picture (H, W, 3) uint8 sRGB and the target, as numpy arrays."""
        frame = RawFrame(self.folders[index])
        rng = rng_for(self._filters.seed, index, f"torch_dataset/{self.epoch}")
        shot = next(shots(frame, _draw(self.augment, rng, not in_picture(frame))))
        policy = GlassPolicy(min_mix=self._filters.min_mix)
        reflected = [name.removesuffix("_reflection") for name in self.labels if name.endswith("_reflection")]
        seen = [
            instance
            for instance in annotate(frame, shot.mor_m, policy, reflected)
            if instance.category in self.labels
            and instance.visible_px >= self._filters.min_area_px
            and instance.transmittance >= self._filters.min_transmittance
        ]
        return shot.picture, _target(seen, self.labels, shot.picture.shape[:2])


def _draw(augment: Augmentation, rng: np.random.Generator, changes_air: bool) -> DevelopSettings:
    """Settings for one picture. All values are drawn in any case, so that none depends on whether others are used."""
    ev, warmth, corners, blur = (
        float(rng.uniform(*limits))
        for limits in (augment.exposure_ev, augment.warmth_ev, augment.vignetting_ev, augment.blur_px)
    )
    share_of_mor, share_of_iso = rng.uniform(size=2)
    given: dict[str, object] = {
        "exposure_ev": ev, "warmth_ev": warmth, "vignetting_ev": corners, "blur_px": blur, "iso": None,
    }  # fmt: skip
    if augment.iso is not None:
        given["iso"] = _between(augment.iso, share_of_iso, "augment.iso")
    if augment.mor_m is not None and changes_air:
        given["mor_m"] = _between(augment.mor_m, share_of_mor, "augment.mor_m")
    return validate(DevelopSettings, given, "augment")


def _between(limits: tuple[float, float], share: float, key: str) -> float:
    if limits[0] <= 0:
        raise ConfigError("must be above zero", key=key, value=list(limits), hint="raise the lower end")
    return float(limits[0] * (limits[1] / limits[0]) ** share)


def _target(seen: Sequence[Instance], labels: Mapping[str, int], shape: tuple[int, ...]) -> dict[str, np.ndarray]:
    count, (height, width) = len(seen), shape[:2]
    masks = np.zeros((count, height, width), np.uint8)
    keypoints = np.zeros((count, len(COCO_KEYPOINTS), 3), np.float32)
    for number, instance in enumerate(seen):
        masks[number] = instance.mask
        if instance.keypoints is not None:
            keypoints[number] = instance.keypoints
    boxes = np.array([instance.bbox_xywh_px for instance in seen], np.float32).reshape(count, 4)
    boxes[:, 2:] += boxes[:, :2]
    return {
        "boxes": boxes,
        "labels": np.array([labels[instance.category] for instance in seen], np.int64),
        "masks": masks,
        "keypoints": keypoints,
        "area": np.array([instance.visible_px for instance in seen], np.float32),
        "iscrowd": np.zeros(count, np.int64),
    }


def _torch() -> Any:
    try:
        return importlib.import_module("torch")
    except ImportError as error:
        raise ConfigError(
            f"RunDataset needs torch ({str(error)[:200]})",
            key="torch_dataset",
            value="torch",
            hint="pip install 'blender-synth-people[torch]'",
        ) from None
