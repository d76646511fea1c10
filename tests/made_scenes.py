"""Scenes made through Blender the way an artist would save them; run in a process of its own.

python tests/made_scenes.py WHAT FILE
"""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path

import bpy


def mesh(name, points, faces, where=None, materials=()):
    data = bpy.data.meshes.new(name)
    data.from_pydata(points, [], faces)
    for material in materials:
        data.materials.append(material)
    obj = bpy.data.objects.new(name, data)
    (where or bpy.context.scene.collection).objects.link(obj)
    return obj


def material(name, rgb, **inputs):
    made = bpy.data.materials.new(name)
    made.use_nodes = True
    shader = made.node_tree.nodes["Principled BSDF"]
    shader.inputs["Base Color"].default_value = (*rgb, 1)
    for key, value in inputs.items():
        shader.inputs[key.replace("_", " ")].default_value = value
    return made


def collection(name):
    made = bpy.data.collections.new(name)
    bpy.context.scene.collection.children.link(made)
    return made


def empty(name, at, turn_deg=(0, 0, 0), kind="PLAIN_AXES", size=1.0, parent=None):
    obj = bpy.data.objects.new(name, None)
    obj.empty_display_type, obj.empty_display_size = kind, size
    obj.location, obj.rotation_euler = at, tuple(math.radians(a) for a in turn_deg)
    bpy.context.scene.collection.objects.link(obj)
    obj.parent = parent
    return obj


def hall():
    """A hall 10 by 8 m: its walls in one mesh, an L-shaped walk, a looking glass, a bench with seats, a light."""
    tiles, paint = material("tiles", (0.3, 0.3, 0.3)), material("wall paint", (0.6, 0.5, 0.4))
    silver, wood = (
        material("mirror!", (0.9, 0.9, 0.9), Metallic=1.0, Roughness=0.02),
        material("wood", (0.2, 0.1, 0.05)),
    )
    mesh("Cat.Floor.hall", [(-5, -4, 0), (5, -4, 0), (5, 4, 0), (-5, 4, 0)], [(0, 1, 2, 3)], materials=[tiles])
    walk = mesh("Walk.Indoors.hall.001", [(-4.5, -3.5, 0), (4.5, -3.5, 0), (4.5, 3.5, 0), (0, 3.5, 0), (0, 1, 0),
                                          (-4.5, 1, 0)], [(0, 1, 2, 3, 4, 5)])  # fmt: skip
    walk.hide_render = True
    empty("flow.hall", (2, -2, 0), (0, 90, 0), "SINGLE_ARROW")
    corners = [(x, y, z) for z in (0, 3) for x, y in ((-5, -4), (5, -4), (5, 4), (-5, 4))]
    sides = [(4, 5, 1, 0), (5, 6, 2, 1), (6, 7, 3, 2), (7, 4, 0, 3)]
    mesh("cat.building.walls", corners, sides, materials=[paint])
    glass = mesh("cat.furniture.looking glass", [(1, 3.9, 0.3), (3.5, 3.9, 0.3), (3.5, 3.9, 2.3), (1, 3.9, 2.3),
                 (0.9, 3.95, 0.2), (3.6, 3.95, 0.2), (3.6, 3.95, 2.4), (0.9, 3.95, 2.4)],
                 [(0, 1, 2, 3), (4, 5, 6, 7)], materials=[wood, silver])  # fmt: skip
    glass.data.polygons[0].material_index = 1
    mesh("mirror.wall.west", [(-4.98, -2, 0), (-4.98, 2, 0), (-4.98, 2, 2.8), (-4.98, -2, 2.8)], [(0, 1, 2, 3)])
    box = [(x, y, z) for z in (0, 0.45) for x, y in ((-1, -0.2), (1, -0.2), (1, 0.2), (-1, 0.2))]
    faces = [(4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)]
    bench = mesh("bench", box, faces, materials=[wood])
    bench.location = (-3, -3, 0)
    for n, x in enumerate((-0.5, 0.5)):
        empty(f"seat.bench.{n:03d}", (x, 0, 0.45), (0, 0, 90), parent=bench)
    camera = bpy.data.objects.new("camera.handheld", bpy.data.cameras.new("lens"))
    camera.location, camera.rotation_euler = (2.2, -3.0, 1.6), (math.radians(85), 0, 0)
    bpy.context.scene.collection.objects.link(camera)
    light = bpy.data.objects.new("ceiling light", bpy.data.lights.new("light", "AREA"))
    light.location, light.data.energy, light.data.size = (0, 0, 2.9), 200.0, 2.0
    bpy.context.scene.collection.objects.link(light)
    sun = bpy.data.objects.new("Sun", bpy.data.lights.new("Sun", "SUN"))
    bpy.context.scene.collection.objects.link(sun)
    for name in ("plants", "statues"):
        where = collection(name)
        where["category"] = "vegetation" if name == "plants" else "sculpture"
        cone = [(3, -3, 0), (3.5, -3, 0), (3.5, -2.5, 0), (3, -2.5, 0), (3.2, -2.7, 1.2)]
        mesh(name[:-1], cone, [(0, 1, 4), (1, 2, 4), (2, 3, 4), (3, 0, 4)], where, [material(name, (0.1, 0.3, 0.1))])
    pair = bpy.data.collections.new("stool")  # not in the scene but by its instances
    mesh("stool top", [(p[0] * 0.2, p[1], p[2]) for p in box], faces, pair, [wood])
    for n, x in enumerate((-2.0, 0.0)):
        one = empty(f"stool.{n:03d}", (x, 0.2, 0))
        one.instance_type, one.instance_collection = "COLLECTION", pair
    empty("spot.indoors.bin+plant", (4, -3, 0), kind="CIRCLE", size=0.6)
    empty("lamp.lantern.door", (0, -4.5, 3.2))


def wrong():
    """Marks that cannot be meant so."""
    mesh("walk.pavment.a", [(0, 0, 0), (9, 0, 0), (9, 9, 0), (0, 9, 0)], [(0, 1, 2, 3)])
    mesh("walk.pavement.upright", [(0, 0, 0), (9, 0, 0), (9, 0, 9), (0, 0, 9)], [(0, 1, 2, 3)])
    empty("walk.pavement.empty", (0, 0, 0))
    empty("mirror.wall.empty", (0, 0, 0))
    mesh("mirror.wall.lying", [(0, 0, 0), (2, 0, 0), (2, 2, 0), (0, 2, 0)], [(0, 1, 2, 3)])
    empty("seat.up", (0, 0, 4.0))
    empty("spot.moon.x", (0, 0, 0))
    empty("camera.cctv.pole", (0, 0, 3), kind="SINGLE_ARROW")
    ring = [(math.cos(a), math.sin(a), z) for z in (0, 2) for a in (k * math.pi / 8 for k in range(16))]
    mesh("mirror!.column", ring, [(k, (k + 1) % 16, 16 + (k + 1) % 16, 16 + k) for k in range(16)])
    mesh("cat.pedestrian.dummy", [(0, 0, 0), (1, 0, 0), (0, 1, 0)], [(0, 1, 2)])


def camera_in_wall():
    """All well but a camera inside a block, and a mount that looks into it."""
    mesh("walk.pavement", [(-9, -9, 0), (9, -9, 0), (9, 9, 0), (-9, 9, 0)], [(0, 1, 2, 3)])
    block = [(x, y, z) for z in (0, 3) for x, y in ((0, 0), (1.5, 0), (1.5, 1.5), (0, 1.5))]
    mesh("block", block, [(0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7), (4, 5, 6, 7)])
    empty("camera.handheld.inside", (0.7, 0.7, 1.6))
    mesh("mirror.wall.turned", [(0, -0.02, 0), (1.5, -0.02, 0), (1.5, -0.02, 2.5), (0, -0.02, 2.5)], [(3, 2, 1, 0)])


def nasty():
    """A hall with a script that registers itself, a driver that would write a file, and names of the program's own."""
    hall()
    proof = Path(sys.argv[2]).with_name("proof")
    text = bpy.data.texts.new("evil.py")
    text.write(f"open({str(proof)!r}, 'w').write('ran')")
    text.use_module = True
    curve = bpy.data.objects["bench"].driver_add("location", 2)
    curve.driver.expression = f"(open({str(proof)!r}, 'w') and 0) or 3.0"
    bpy.data.materials["tiles"].name = "label_reflect"
    bpy.data.objects["bench"]["bs_surface"] = 1.0
    bpy.data.objects["bench"].data["bs_surface"] = 1.0


def outside():
    """A hall whose floor wears a picture from outside its folder."""
    hall()
    secret = Path(sys.argv[2]).parents[1] / "secret.png"
    image = bpy.data.images.new("secret", 4, 4)
    image.filepath_raw, image.file_format = str(secret), "PNG"
    image.save()
    tree = bpy.data.materials["tiles"].node_tree
    node = tree.nodes.new("ShaderNodeTexImage")
    node.image = bpy.data.images.load(str(secret))
    tree.links.new(node.outputs["Color"], tree.nodes["Principled BSDF"].inputs["Base Color"])


if __name__ == "__main__":
    bpy.ops.wm.read_factory_settings(use_empty=True)
    globals()[sys.argv[1]]()
    bpy.ops.wm.save_as_mainfile(filepath=sys.argv[2], compress=sys.argv[1] == "hall")
    os._exit(0)  # Blender's own clean-up may wait for ever once drivers have run (4.5)
