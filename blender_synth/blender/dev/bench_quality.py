"""Renders one scene of `dev.bench_quality` in every variant of the picture's settings.

Usage: python -m blender_synth.blender.dev.bench_quality JOB, a JSON object:

    overrides  of the config. index: scene to take, or the first after it that shows a person and a reflection of one
    crop_px    width and height of the window that is rendered, where most of people and reflections is seen
    folder     gets a whole raw frame `frame`, and windows `NAME/radiance.exr` of `reference-0`, `-1` and the variants
    cache      folder of references by content. reference: settings, see `Variant`. variants: settings by name

The last line is JSON: the scene, the window, CPU seconds of the window in every variant, and of 8 x 8 pixels.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import bpy
import cv2
import numpy as np

from blender_synth.blender import cycles, label_pass, record
from blender_synth.blender.build import build_scene
from blender_synth.blender.dev.bench_common import finish
from blender_synth.blender.glass_light import render_with_shares
from blender_synth.blender.instance_table import Labels
from blender_synth.blender.quiet import quiet
from blender_synth.blender.shading.indirect import NODE, mix_nodes
from blender_synth.blender.shelf import live
from blender_synth.blender.stage import Stage
from blender_synth.config import compose
from blender_synth.packs.search import find_packs
from blender_synth.settings import RenderSettings
from blender_synth.world.sample import sample_scene
from blender_synth.world.scene_spec import SceneSpec, spec_to_json

_SCENES_TRIED = 12
_MIN_SHARE = 0.02
"""Of the window: people and their reflections each fill at least so much."""

Crop = tuple[slice, slice]
"""Rows and columns of the window that is rendered."""


def main(job: Mapping[str, Any]) -> None:
    """Render the references that the cache lacks, then all variants."""
    folder, cache = Path(job["folder"]), Path(job["cache"])
    settings = compose(job["overrides"])
    with quiet():
        index, spec, stage, labels, crop = _suitable_scene(job, cache)
        kind, name = cycles.choose_device(settings.render.device)
        cycles.use_device(stage.scene, kind)
        _apply(stage, settings.render, {"render": {"samples": 1}}, seed=1)
        record.render_frame(folder / "frame", spec, stage, labels, record.Facts([], name))
        content = _content(spec, stage, labels)
        shown = {layer: np.ascontiguousarray(values[crop]) for layer, values in labels.items()}
        _set_border(stage.scene.render, crop)
        for half in range(2):
            key = json.dumps(
                [{"render": job["reference"]["render"]}, str(crop), kind, half, bpy.app.version_string], sort_keys=True
            )
            kept = cache / hashlib.sha256((content + key).encode()).hexdigest()[:32]
            if not kept.is_dir():
                undo = _apply(stage, settings.render, job["reference"], seed=100 + half)
                partial = kept.with_name(kept.name + ".partial")
                shutil.rmtree(partial, ignore_errors=True)
                partial.mkdir()
                render_with_shares(stage, shown, partial)
                partial.rename(kept)
                _undo(stage, undo)
            shutil.copytree(kept, folder / f"reference-{half}")
        seconds = {}
        for variant, choice in job["variants"].items():
            (folder / variant).mkdir()
            undo = _apply(stage, settings.render, choice, seed=1)
            start = time.process_time()
            render_with_shares(stage, shown, folder / variant)
            seconds[variant] = time.process_time() - start
            _undo(stage, undo)
        fixed_s = _fixed_seconds(stage, settings.render, shown, folder)
    rows, columns = crop
    result = {"index": index, "device": name, "crop": [columns.start, rows.start, columns.stop, rows.stop]}
    finish({**result, "fixed_s": fixed_s, "seconds": seconds})


def _suitable_scene(job: Mapping[str, Any], cache: Path) -> tuple[int, SceneSpec, Stage, Labels, Crop]:
    """The first scene from `index` on that shows enough of people and reflections; which it is goes to the cache."""
    settings = compose(job["overrides"])
    packs = find_packs(settings.packs)
    wanted = json.dumps([job["overrides"], job["index"], job["crop_px"]])
    note = cache / ("scene-" + hashlib.sha256(wanted.encode()).hexdigest()[:32])
    first = int(note.read_text()) if note.is_file() else job["index"]
    for index in range(first, first + _SCENES_TRIED):
        spec = sample_scene(settings, packs, index)
        stage = build_scene(spec, {pack.name: pack.folder for pack in packs})
        cycles.apply_picture_settings(stage.scene, settings.render, 0)
        labels = label_pass.render_labels(stage)
        ids = [person.instance_id for person in spec.people]
        crop, seen = _best_crop(
            [np.isin(labels[layer], ids) for layer in ("surface_id", "reflected_id")], *job["crop_px"]
        )
        if seen >= _MIN_SHARE:
            note.write_text(str(index))
            return index, spec, stage, labels, crop
    raise SystemExit(f"{job['overrides']}: none of {_SCENES_TRIED} scenes shows people and reflections of people")


def _best_crop(masks: Sequence[np.ndarray], width: int, height: int) -> tuple[Crop, float]:
    """The window that shows most of all masks (H, W), and the smallest share of it that one of them fills."""
    rows, columns = masks[0].shape
    sums = [cv2.integral(mask.astype(np.uint8)) for mask in masks]
    best, found = (slice(0, height), slice(0, width)), -1.0
    for top in range(0, rows - height + 1, 8):
        for left in range(0, columns - width + 1, 8):
            counts = [s[top + height, left + width] - s[top, left + width] - s[top + height, left] + s[top, left]
                      for s in sums]  # fmt: skip
            if min(counts) > found:
                best, found = (slice(top, top + height), slice(left, left + width)), float(min(counts))
    return best, found / (width * height)


def _set_border(render: bpy.types.RenderSettings, crop: Crop) -> None:
    """Render only a window of the picture."""
    rows, columns = crop
    width, height = render.resolution_x, render.resolution_y
    render.use_border = render.use_crop_to_border = True
    render.border_min_x, render.border_max_x = columns.start / width, columns.stop / width
    render.border_min_y, render.border_max_y = 1 - rows.stop / height, 1 - rows.start / height


def _fixed_seconds(stage: Stage, standard: RenderSettings, labels: Labels, folder: Path) -> float:
    """CPU seconds of a picture of 8 x 8 pixels: what does not grow with the picture."""
    _apply(stage, standard, {"render": {"samples": 1, "denoise": False}}, seed=1)
    _set_border(stage.scene.render, (slice(0, 8), slice(0, 8)))
    start = time.process_time()
    cycles.render_picture(stage.scene, folder / "fixed.exr")
    return time.process_time() - start


def _apply(stage: Stage, standard: RenderSettings, choice: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Apply a variant: `render`, fields of RenderSettings; `scene`, attributes of Blender's scene by dotted path.

    Returns:
        The former values of `scene`'s attributes.
    """
    size = {"width_px": standard.width_px, "height_px": standard.height_px}
    cycles.apply_picture_settings(stage.scene, RenderSettings(**{**choice.get("render", {}), **size}), seed)
    return {path: _set(stage.scene, path, value) for path, value in choice.get("scene", {}).items()}


def _undo(stage: Stage, undo: Mapping[str, Any]) -> None:
    for path, value in undo.items():
        if value is not None:
            _set(stage.scene, path, value)


def _set(scene: bpy.types.Scene, path: str, value: Any) -> Any:
    """Set an attribute of the scene, of a material (`materials.NAME.…`) or whether diffuse rays see whole materials.

    Returns:
        The former value.
    """
    if path == "whole_materials":
        for node in mix_nodes():
            node.mute = value
        return not value
    *owners, name = path.split(".")
    owner: Any = scene
    if owners[0] == "materials":
        owner, owners = bpy.data.materials.get(owners[1]), owners[2:]
        if owner is None:  # this scene has none of it
            return None
    for part in owners:
        owner = getattr(owner, part)
    before = getattr(owner, name)
    setattr(owner, name, value)
    return before


def _content(spec: SceneSpec, stage: Stage, labels: Labels) -> str:
    """A digest of what is in the picture: the spec, the label layers, lights, and the nodes of all materials."""
    digest = hashlib.sha256(spec_to_json(spec))
    for layer in labels.values():
        digest.update(layer.tobytes())
    trees = [material.node_tree for material in live(bpy.data.materials) if not material.name.startswith("label_")]
    trees += [stage.scene.world.node_tree] if stage.scene.world else []
    for text in sorted(_nodes(tree) for tree in trees if tree):
        digest.update(text.encode())
    for light in sorted(f"{obj.data.type} {obj.data.energy:.5g} {tuple(obj.data.color)}" for obj in stage.scene.objects
                        if obj.type == "LIGHT"):  # fmt: skip
        digest.update(light.encode())
    return digest.hexdigest()


def _nodes(tree: bpy.types.NodeTree) -> str:
    lines = []
    for node in tree.nodes:
        if node.name.startswith(NODE) or node.bl_idname == "ShaderNodeLightPath":
            continue
        values = [_plain(socket.default_value) for socket in node.inputs if hasattr(socket, "default_value")]
        lines.append(f"{node.bl_idname} {values}")
    return "\n".join(sorted(lines))


def _plain(value: Any) -> str:
    return f"{value:.5g}" if isinstance(value, float) else str(tuple(value) if hasattr(value, "__len__") else value)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
