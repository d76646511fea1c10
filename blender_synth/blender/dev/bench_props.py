"""Builds one street with a given number of props in a fresh process and prints what that costs, as JSON.

Run by `python -m blender_synth.dev.bench props`; its
arguments are the number, a folder for the pack, and config overrides. The
pack is a `.blend` of twelve marked assets of some 31,000 triangles each, in colours drawn for each prop.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import bpy

from blender_synth.blender import cycles, label_pass
from blender_synth.blender.build import build_scene
from blender_synth.blender.quiet import quiet
from blender_synth.config import compose
from blender_synth.packs.search import find_packs
from blender_synth.world.sample import sample_scene

KINDS = 12


def make_pack(folder: Path) -> None:
    """Save the pack."""
    bpy.ops.wm.read_factory_settings(use_empty=True)
    paint = bpy.data.materials.new("Paint")
    paint.use_nodes = True
    for number in range(KINDS):
        bpy.ops.mesh.primitive_monkey_add(size=0.3, location=(2.0 * number, 0, 0))
        head = bpy.context.object
        head.name, head.scale.z = f"head_{number:02d}", 0.7 + 0.1 * number
        head.data.materials.append(paint)
        head.modifiers.new("smooth", "SUBSURF").render_levels = 3
        head.asset_mark()
    bpy.ops.wm.save_as_mainfile(filepath=str(folder / "heads.blend"))
    colours = "variants: {Paint: ['#aa2211..#eecc66', '#224466', '#eeeeee']}"
    (folder / "pack.yaml").write_text(f"name: bench-heads\nlicence: CC0-1.0\nversion: 1\n{colours}\n")


def main(arguments: list[str]) -> None:
    """Print props, their triangles, meshes that they share, seconds to build the scene (the second time in the
    process), for its labels and a picture, and the process's largest size in MB."""
    count, folder, overrides = int(arguments[0]), Path(arguments[1]), arguments[2:]
    if not (folder / "pack.yaml").exists():
        with quiet():
            make_pack(folder)
    fixed = ["scene=street", "mirrors=none", "pedestrians=none", "seed=1", "render.samples=4", "render.width_px=320",
             "render.height_px=180", f"packs=[{folder}]", "props.count=0", f"props.scatter={count}",
             "props.category=bench-heads"]  # fmt: skip
    settings = compose([*fixed, *overrides])
    packs = find_packs(settings.packs)
    roots = {pack.name: pack.folder for pack in packs}
    spec = sample_scene(settings, packs, 0)
    with quiet(), tempfile.TemporaryDirectory() as place:
        build_scene(spec, roots)
        start = time.perf_counter()
        stage = build_scene(spec, roots)
        built = time.perf_counter()
        cycles.use_device(stage.scene, cycles.choose_device("cpu")[0])
        cycles.apply_picture_settings(stage.scene, settings.render, 0)
        label_pass.render_labels(stage)
        labelled = time.perf_counter()
        cycles.render_picture(stage.scene, Path(place) / "picture.exr")
        done = time.perf_counter()
    meshes = {obj.data for prop in spec.props for obj in stage.objects[prop.instance_id]}
    triangles = sum(len(stage.triangles(prop.instance_id)[1]) for prop in spec.props)
    print(json.dumps({
        "props": len(spec.props), "triangles": triangles, "meshes": len(meshes),
        "own_triangles": sum(len(mesh.loop_triangles) for mesh in meshes), "build_s": built - start,
        "labels_s": labelled - built, "picture_s": done - labelled,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }), flush=True)  # fmt: skip
    os._exit(0)  # Blender 4.5 may hang when its module is unloaded


if __name__ == "__main__":
    main(sys.argv[1:])
