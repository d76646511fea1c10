"""Raw frames made without Blender, with known contents."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from blender_synth.develop.settings import DevelopSettings
from blender_synth.frames.meta import FRAME_VERSION
from blender_synth.frames.raw_frame import LABEL_LAYERS, write_exr, write_frame
from blender_synth.frames.run_folder import RUN_VERSION

NEUTRAL = DevelopSettings(exposure_ev=0, white_balance="daylight", warmth_ev=0, iso=None, vignetting_ev=0, blur_px=0)
"""A camera without noise, lens effects and random exposure, so that pictures can be computed by hand."""
WIDTH, HEIGHT = 64, 48
PERSON, HIDDEN_PERSON, MIRROR, ROAD = 1, 2, 1001, 3001
PERSON_BOX = (slice(20, 40), slice(10, 18))
MIRROR_BOX = (slice(8, 44), slice(30, 60))
REFLECTION_BOX = (slice(22, 36), slice(34, 40))
HIDDEN_BOX = (slice(24, 30), slice(50, 54))
DEPTH_M, REFLECTED_PATH_M = 10.0, 25.0


def layers() -> dict[str, np.ndarray]:
    """A road below the sky, one person, and a mirror that shows this person and another one who is not in view."""
    made = {name: np.zeros((HEIGHT, WIDTH), dtype) for name, dtype in LABEL_LAYERS.items()}
    made["depth_m"][:] = np.inf
    made["surface_id"][24:] = ROAD
    made["surface_id"][MIRROR_BOX] = MIRROR
    made["surface_id"][PERSON_BOX] = PERSON
    made["depth_m"][made["surface_id"] > 0] = DEPTH_M
    made["reflected_bounces"][MIRROR_BOX] = made["reflected_via"][MIRROR_BOX] = 1
    made["reflected_path_m"][MIRROR_BOX] = np.inf
    for box, number in ((REFLECTION_BOX, PERSON), (HIDDEN_BOX, HIDDEN_PERSON)):
        made["reflected_id"][box] = number
        made["reflected_path_m"][box] = REFLECTED_PATH_M
    return made


def meta(scene_index: int = 0, mor_m: float | None = 20_000.0) -> dict:
    """The frame.json that goes with `layers`."""
    pose = np.eye(4)
    pose[:3, :3] = [[0, 0, 1], [-1, 0, 0], [0, -1, 0]]  # looks along +X
    focal = 50.0
    keypoints = None
    return {
        "frame_version": FRAME_VERSION,
        "frame_index": scene_index,
        "camera": {
            "width_px": WIDTH,
            "height_px": HEIGHT,
            "k": [[focal, 0, WIDTH / 2], [0, focal, HEIGHT / 2], [0, 0, 1]],
            "world_from_camera": pose.tolist(),
        },
        "instances": [
            {
                "instance_id": PERSON,
                "category": "pedestrian",
                "name": "person_1",
                "amodal": {"amodal_px": 200, "truncation": 0.0, "rle": {"size": [HEIGHT, WIDTH], "counts": ""}},
                "reflections": [{"via": [MIRROR], "amodal": None}],
                "keypoints_m": keypoints,
            },
            {"instance_id": HIDDEN_PERSON, "category": "pedestrian", "name": "person_2", "amodal": None},
            {"instance_id": MIRROR, "category": "mirror", "name": "mirror", "mirror_kind": "wall", "surface": "mirror"},
            {"instance_id": ROAD, "category": "road", "name": "road"},
        ],
        "categories": ["mirror", "pedestrian", "road"],
        "mirror_slots": [MIRROR],
        "medium": {"mor_m": mor_m},
        "licences": [{"name": "people", "licence": "CC0-1.0", "author": "MakeHuman", "source": ""}],
        "versions": {},
        "seconds": {},
        "spec": {"root_seed": 0, "scene_index": scene_index},
    }


def make_frame(folder: Path, scene_index: int = 0, mor_m: float | None = 20_000.0) -> Path:
    """Write one such frame; its radiance grows from left to right."""
    radiance = np.linspace(0.05, 2.0, WIDTH, dtype=np.float32)[None, :].repeat(HEIGHT, axis=0).astype(np.float16)

    def fill(temporary: Path) -> None:
        write_exr(temporary / "radiance.exr", dict.fromkeys("RGB", radiance))
        write_exr(temporary / "labels.exr", layers())
        (temporary / "frame.json").write_text(json.dumps(meta(scene_index, mor_m)))

    folder.parent.mkdir(parents=True, exist_ok=True)
    write_frame(folder, fill)
    return folder


def make_run(folder: Path, frames: int = 5) -> Path:
    """Write a run folder with so many frames."""
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps({"run_version": RUN_VERSION, "identity": {}}))
    for index in range(frames):
        make_frame(folder / "frames" / f"{index:06d}", index)
    return folder
