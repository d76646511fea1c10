"""Builds a statue: a dressed body of bronze, stone or marble on a plinth."""

from __future__ import annotations

import bpy
import numpy as np

from blender_synth.blender.lookalikes.sculpted import add_sculpted
from blender_synth.blender.scenery.materials import Materials
from blender_synth.blender.scenery.meshes import Part, bevelled_box, box, join, to_object
from blender_synth.blender.shading.nodes import Graph, Socket
from blender_synth.blender.shading.traits import MaterialTraits
from blender_synth.blender.stage import Stage
from blender_synth.bodies.detail import Detail
from blender_synth.bodies.person import dressed_person
from blender_synth.values import Rgb
from blender_synth.world.lookalikes.statue import Spec

_BASE_M = 0.05
"""Slab under the figure's feet, of the figure's material."""


def build(spec: Spec, stage: Stage, detail: Detail = "full") -> None:
    """Add figure and plinth, each under its own id."""
    person = dressed_person(spec.person, detail)
    x, y, z = spec.position_m
    cast = _material(f"statue_{spec.instance_id}", spec.material, spec.rgb, spec.weathering)
    parts = [part for part in person.parts if part.shading.kind not in ("phone",)]
    foot_m = z + spec.plinth_m + _BASE_M
    figure = add_sculpted(
        parts, f"statue_{spec.instance_id}", lambda kind: cast, stage, spec.instance_id, (x, y, foot_m),
        spec.heading_deg,
    )  # fmt: skip
    figure.scale = (spec.scale,) * 3
    half = 0.86 * spec.half_m
    slab = box((-half, -half, spec.plinth_m), (half, half, spec.plinth_m + _BASE_M), "statue")
    under = "stone" if spec.material == "bronze" else spec.material
    materials = Materials()
    materials["statue"] = cast
    materials["plinth"] = _material(f"plinth_{spec.instance_id}", under, spec.plinth_rgb, spec.weathering)
    for shape, number in ((slab, spec.instance_id), (_plinth(spec), spec.holder_instance_id)):
        obj = to_object(f"plinth_{number}", shape, materials)
        obj.location, obj.rotation_euler = spec.position_m, (0.0, 0.0, np.radians(spec.heading_deg))
        stage.add(obj, number)


def _plinth(spec: Spec) -> Part:
    """Foot, die and cap."""
    half, high = spec.half_m, spec.plinth_m
    foot, cap = min(0.16, 0.25 * high), min(0.12, 0.2 * high)
    wide = half + 0.07
    return join(
        [
            bevelled_box((-wide, -wide, 0), (wide, wide, foot), 0.02, "plinth"),
            box((-half, -half, foot), (half, half, high - cap), "plinth"),
            bevelled_box((-wide + 0.02, -wide + 0.02, high - cap), (wide - 0.02, wide - 0.02, high), 0.012, "plinth"),
            box((-wide + 0.02, -wide + 0.02, high - cap), (wide - 0.02, wide - 0.02, high - cap + 0.001), "plinth"),
            box((half - 0.002, -0.55 * half, 0.45 * high), (half + 0.006, 0.55 * half, 0.45 * high + 0.1), "metal",
                (0.25, 0.2, 0.12)),
        ]
    )  # fmt: skip


def _material(name: str, kind: str, rgb: Rgb, weathering: float) -> bpy.types.Material:
    g = Graph(name, MaterialTraits(soaks=kind != "bronze", film=True, snow=0.9))
    place = g.node("ShaderNodeTexCoord").outputs["Object"]
    return g.surface({"bronze": _bronze, "stone": _stone, "marble": _marble}[kind](g, place, rgb, weathering))


def _bronze(g: Graph, place: Socket, rgb: Rgb, weathering: float) -> Socket:
    """Dark metal, rubbed bright here and there, with green streaks that run down."""
    streaks = g.noise(g.stretched(place, (9.0, 9.0, 1.6)), 1.0, 3.0, 0.6)
    green = g.ramp(streaks, 0.62 - 0.28 * weathering, 0.74 - 0.2 * weathering, 0.0, 0.85 * weathering)
    rubbed = g.ramp(g.noise(place, 5.0, 2.0), 0.55, 0.75, 0.0, 0.5)
    metal = g.mix(rubbed, rgb, tuple(min(1.0, 2.6 * c) for c in rgb))
    base = g.mix(green, metal, (0.12, 0.22, 0.17))
    fine = g.bump(g.noise(place, 240.0, 2.0), 0.0008, 0.3)
    metallic = g.math("SUBTRACT", 0.92, g.math("MULTIPLY", green, 0.9))
    rough = g.math("MULTIPLY_ADD", green, 0.4, 0.36)
    return g.principled(base=base, roughness=rough, metallic=metallic, normal=fine)


def _stone(g: Graph, place: Socket, rgb: Rgb, weathering: float) -> Socket:
    """Sandstone with grain and dark streaks."""
    grain = g.noise(place, 320.0, 2.0)
    patches = g.noise(place, 6.0, 3.0, 0.6)
    base = g.mix(g.ramp(patches, 0.35, 0.7, 0.0, 0.6), rgb, tuple(1.25 * c for c in rgb))
    base = g.mix(g.ramp(grain, 0.4, 0.7, 0.0, 0.35), base, tuple(0.6 * c for c in rgb))
    streaks = g.noise(g.stretched(place, (7.0, 7.0, 1.2)), 1.0, 3.0, 0.6)
    base = g.mix(g.ramp(streaks, 0.6 - 0.2 * weathering, 0.8, 0.0, 0.8 * weathering), base, (0.05, 0.05, 0.045))
    return g.principled(base=base, roughness=0.9, specular=0.25, normal=g.bump(grain, 0.0015, 0.6))


def _marble(g: Graph, place: Socket, rgb: Rgb, weathering: float) -> Socket:
    """White stone with grey veins."""
    warp = g.noise(place, 3.0, 4.0, 0.6)
    bent = g.displaced(place, warp, 0.5)
    veins = g.math("ABSOLUTE", g.math("SUBTRACT", g.noise(bent, 4.0, 3.0, 0.6), 0.5))
    base = g.mix(g.ramp(veins, 0.0, 0.05, 0.55, 0.0), rgb, tuple(0.55 * c for c in rgb))
    grime = g.noise(g.stretched(place, (8.0, 8.0, 1.5)), 1.0, 3.0, 0.6)
    base = g.mix(g.ramp(grime, 0.66 - 0.15 * weathering, 0.85, 0.0, 0.6 * weathering), base, (0.16, 0.15, 0.12))
    return g.principled(base=base, roughness=0.42, specular=0.45, subsurface_weight=0.1, subsurface_scale=0.01)
