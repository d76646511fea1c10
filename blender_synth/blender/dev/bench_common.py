"""What the benches that run in Blender share."""

from __future__ import annotations

import json
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, ParamSpec

from blender_synth.blender import cycles
from blender_synth.blender.stage import Stage
from blender_synth.packs.search import find_packs
from blender_synth.settings import RunSettings
from blender_synth.world.sample import sample_scene
from blender_synth.world.scene_spec import SceneSpec

Arguments = ParamSpec("Arguments")


def first_scene(
    settings: RunSettings, wanted: Callable[[SceneSpec], bool] | None = None
) -> tuple[SceneSpec, dict[str, Path]]:
    """The first scene of a config, and the folders of its packs by name.

    Args:
        wanted: condition for the scene, which is then searched for among the first 20.

    Raises:
        SystemExit: there is no such scene.
    """
    packs = find_packs(settings.packs)
    roots = {pack.name: pack.folder for pack in packs}
    for index in range(20 if wanted else 1):
        spec = sample_scene(settings, packs, index)
        if wanted is None or wanted(spec):
            return spec, roots
    raise SystemExit("none of the first 20 scenes of this config is suitable")


def prepare_render(stage: Stage, settings: RunSettings, device: str | None = None) -> str:
    """Choose the device and apply the picture's settings; returns the name of the device."""
    kind, name = cycles.choose_device(device or settings.render.device)
    cycles.use_device(stage.scene, kind)
    cycles.apply_picture_settings(stage.scene, settings.render, 0)
    return name


def seconds(task: Callable[Arguments, object], *args: Arguments.args, **kwargs: Arguments.kwargs) -> float:
    """Wall-clock seconds that a call takes."""
    start = time.perf_counter()
    task(*args, **kwargs)
    return time.perf_counter() - start


def peak_mb() -> float:
    """Largest resident size of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def finish(row: dict[str, Any]) -> NoReturn:
    """Print the result as JSON and end the process."""
    print(json.dumps(row), flush=True)
    os._exit(0)  # Blender 4.5 may hang when its module is unloaded
