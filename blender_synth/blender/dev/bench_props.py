"""Measures time and memory of a street with a given number of props, in a fresh process.

Usage: python -m blender_synth.blender.dev.bench_props COUNT FOLDER [group=name ...]

`python -m blender_synth.dev.bench props` runs it for several counts. FOLDER receives the pack: a `.blend` with twelve
marked assets of some 31,000 triangles each, in colours sampled for each prop.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import bpy

from blender_synth.blender import cycles, label_pass
from blender_synth.blender.build import build_scene
from blender_synth.blender.dev.bench_common import finish, first_scene, peak_mb, prepare_render
from blender_synth.blender.quiet import quiet
from blender_synth.config import compose

KINDS = 12


def make_pack(folder: Path) -> None:
    """Write the pack into a folder."""
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
    """Print JSON: props, their triangles, the meshes that they share, seconds to build the scene (the second time in
    the process), for its labels and for a picture, and the peak size of the process in MB."""
    count, folder, overrides = int(arguments[0]), Path(arguments[1]), arguments[2:]
    if not (folder / "pack.yaml").exists():
        with quiet():
            make_pack(folder)
    fixed = ["scene=street", "mirrors=none", "pedestrians=none", "seed=1", "render.samples=4", "render.width_px=320",
             "render.height_px=180", f"packs=[{folder}]", "props.count=0", f"props.scatter={count}",
             "props.category=bench-heads"]  # fmt: skip
    settings = compose([*fixed, *overrides])
    spec, roots = first_scene(settings)
    with quiet(), tempfile.TemporaryDirectory() as temporary:
        build_scene(spec, roots)
        start = time.perf_counter()
        stage = build_scene(spec, roots)
        built = time.perf_counter()
        prepare_render(stage, settings, "cpu")
        label_pass.render_labels(stage)
        labelled = time.perf_counter()
        cycles.render_picture(stage.scene, Path(temporary) / "picture.exr")
        done = time.perf_counter()
    meshes = {obj.data for prop in spec.props for obj in stage.objects[prop.instance_id]}
    triangles = sum(len(stage.triangles(prop.instance_id)[1]) for prop in spec.props)
    finish({
        "props": len(spec.props), "triangles": triangles, "meshes": len(meshes),
        "own_triangles": sum(len(mesh.loop_triangles) for mesh in meshes), "build_s": built - start,
        "labels_s": labelled - built, "picture_s": done - labelled,
        "peak_mb": peak_mb(),
    })  # fmt: skip


if __name__ == "__main__":
    main(sys.argv[1:])
