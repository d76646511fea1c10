"""What the networks see of a frame: the developed picture and its layers, as planes of numbers near -1 to 1.

Planes (`PLANES`): picture (3), sky, person, reflection of a person, mirror or glass, ground, other surface (6), borders
of instances (1), nearness of the first surface and of what it reflects (2), normals in the camera's axes (3), and noise
that a sensor's grain can be made of (1), drawn from the frame's seed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blender_synth.annotate.instances import Instance, annotate
from blender_synth.categories import supercategory
from blender_synth.develop.of_run import develop_settings_of
from blender_synth.develop.picture import develop
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import RunError
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.frames.run_folder import find_runs, frames_of
from blender_synth.refine.checks import borders_of
from blender_synth.refine.layout import borders_in, coloured, layout_of
from blender_synth.seeds import rng_for

GROUPS = ("sky", "person", "reflection", "mirror", "ground", "other")
PLANES = 3 + len(GROUPS) + 1 + 2 + 3 + 1
NEARNESS = len(GROUPS) + 1
"""Number of the layer with the nearness of the first surface."""
CLASSES = ("other", "person", "reflection")
"""What the segmenter tells apart."""
NEAR_M = 10.0
"""Nearness is NEAR_M / (NEAR_M + depth)."""


@dataclass(frozen=True)
class FrameInput:
    """One frame for the networks.

    Attributes:
        folder: of the frame. picture: (H, W, 3) uint8 RGB.
        layers: (PLANES - 4, H, W) float16, without picture and noise.
        classes: (H, W) uint8 of `CLASSES`. layout: (H, W) uint8 of `layout.LAYOUT`. surface_id: (H, W).
        instances: what is seen. seed: of the frame's noise and style codes.
    """

    folder: Path
    picture: np.ndarray
    layers: np.ndarray
    classes: np.ndarray
    layout: np.ndarray
    surface_id: np.ndarray
    instances: list[Instance]
    seed: tuple[int, int]

    def planes(self, noise: int = 0) -> np.ndarray:
        """All planes, (PLANES, H, W) float32. `noise`: number of the grain."""
        shape = self.picture.shape[:2]
        grain = rng_for(*self.seed, f"refine/grain/{noise}").standard_normal(shape, np.float32)
        return np.concatenate([scaled(self.picture), self.layers.astype(np.float32), grain[None]])


def layout_borders(frame: FrameInput) -> np.ndarray:
    """Borders of classes and people in the layout of a frame, (H, W) bool."""
    return borders_in(frame.layout, frame.surface_id)


def coloured_labels(frame: FrameInput) -> np.ndarray:
    """The labels of a frame in colours, (H, W, 3) uint8 RGB."""
    return coloured(frame.layout, layout_borders(frame))


def scaled(picture: np.ndarray) -> np.ndarray:
    """(H, W, 3) uint8 as (3, H, W) float32, -1 to 1."""
    return np.ascontiguousarray(picture.transpose(2, 0, 1)).astype(np.float32) / 127.5 - 1


def frame_input(frame: RawFrame, settings: DevelopSettings) -> FrameInput:
    """Develop a frame and gather its planes.

    Raises:
        FrameError: a file of it is missing or damaged.
    """
    meta = frame.meta
    labels, ids = frame.labels, frame.labels["surface_id"]
    table = np.full(int(ids.max(initial=0)) + 1, GROUPS.index("other"), np.uint8)
    table[0] = GROUPS.index("sky")
    for row in meta.instances:
        if row.instance_id < len(table):
            if row.person is not None:
                table[row.instance_id] = GROUPS.index("person")
            elif row.mirror is not None:
                table[row.instance_id] = GROUPS.index("mirror")
            elif supercategory(row.category) == "ground":
                table[row.instance_id] = GROUPS.index("ground")
    groups = table[ids]
    instances = annotate(frame, meta.medium.mor_m)
    classes = np.zeros(ids.shape, np.uint8)
    for instance in instances:
        if instance.is_person and (instance.mix is None or instance.mix >= 0.5):
            kind = "person" if instance.reflection_of is None else "reflection"
            groups[instance.mask] = GROUPS.index(kind)
            classes[instance.mask] = CLASSES.index(kind)
    borders = borders_of(ids, 1) | borders_of(groups, 1)
    near = NEAR_M / (NEAR_M + labels["depth_m"])
    path = labels["reflected_path_m"]
    reflected = np.where(path > 0, NEAR_M / (NEAR_M + path), 0)
    to_camera = frame.pose[:3, :3].T.astype(np.float32)
    normals = np.tensordot(to_camera, np.stack([labels[f"normal.{axis}"] for axis in "XYZ"]), 1)
    layers = [groups[None] == number for number in range(len(GROUPS))]
    layers += [borders[None], near[None], reflected[None], normals]
    return FrameInput(
        folder=frame.folder,
        picture=develop(frame, settings),
        layers=np.concatenate(layers).astype(np.float16),
        classes=classes,
        layout=layout_of(meta, ids, *(groups == GROUPS.index(name) for name in ("person", "reflection"))),
        surface_id=ids,
        instances=instances,
        seed=(meta.root_seed, meta.frame_index),
    )


def frames_to_learn_on(runs: Sequence[str], most: int, seed: int) -> list[tuple[RawFrame, DevelopSettings]]:
    """Frames of runs, at most so many, drawn by the seed, each with the settings that its run is developed with.

    Raises:
        RunError: there is no run, or none has frames.
    """
    found = [(frame, run) for run in find_runs(runs) for frame in frames_of(run)]
    if not found:
        raise RunError("these runs hold no complete frames", key="runs", value=list(runs), hint="render them first")
    chosen = sorted(rng_for(seed, 0, "refine/frames").permutation(len(found))[:most].tolist())
    settings = {run: develop_settings_of(run) for run in dict.fromkeys(run for _, run in found)}
    return [(found[i][0], settings[found[i][1]]) for i in chosen]
