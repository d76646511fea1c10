"""Lights after dark: street lamps, lit windows, shops."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import bpy
import numpy as np

from blender_synth.blender.scenery.materials import GLOW, LAMP_LENS, LIGHTS_PROPERTY, LIT_LEVEL, LIT_SHARE
from blender_synth.blender.shelf import live
from blender_synth.blender.stage import Stage
from blender_synth.values import Vec3
from blender_synth.world.weather.daylight import LUX_PER_UNIT
from blender_synth.world.weather.sky import LAMPS_LUX, Spec

LAMP_LUMEN = {0: 5500.0, 1: 3200.0}
"""Luminous flux by variant: mast lamps of 40 to 60 W LED, and lanterns, meet the mean of `LAMPS_LUX` at 22 m apart."""
LENS_M2 = {0: 0.12, 1: 0.35}
LIT_CD_M2 = 6.0
"""Of walls and curtains in a room lit with 50 lx, seen through panes and curtains."""
SHOP_DIMMED = 0.10
"""Share of their light that shops leave on at night."""
_WAVELENGTHS_UM = np.array([0.615, 0.545, 0.465])
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])


@dataclass(frozen=True)
class Lamps:
    """Lit street lamps: places (n, 3) in metres, fluxes (n,) in units of 100 W, and their colour, luminance 1."""

    places_m: np.ndarray
    flux: np.ndarray
    rgb: np.ndarray

    def at(self, points_m: np.ndarray) -> np.ndarray:
        """Irradiance (m, 3) on the cross-section of a small sphere at points (m, 3), without occlusion."""
        if not len(self.places_m):
            return np.zeros((len(points_m), 3))
        apart = points_m[:, None] - self.places_m[None]
        squared = np.maximum((apart**2).sum(axis=2), 0.25)
        down = np.clip(-apart[..., 2] / np.sqrt(squared), 0.12, 1)
        return (self.flux * down / (math.pi * squared)).sum(axis=1)[:, None] * self.rgb

    def any(self) -> bool:
        """Whether lamps are lit."""
        return bool(len(self.places_m))

    def top_m(self) -> float:
        """Height up to which they light the air: they shine downwards, and a little above the horizontal."""
        return round(float(self.places_m[:, 2].max()) + 1.0, 2)

    def airlight(self) -> np.ndarray:
        """Radiance (3,) of fog between the lamps: their light on the street, scattered isotropically."""
        if not len(self.places_m):
            return np.zeros(3)
        return 1.5 * LAMPS_LUX / LUX_PER_UNIT / (4 * math.pi) * self.rgb


@dataclass(frozen=True)
class Unlit:
    """What the lights of a weather change in materials and lights of the scenery, as it was before.

    Attributes:
        sockets: (material, node, whether an output, number of the socket, value). energies: of lights, by object.
        glow_sampling: how the panels inside shops are sampled.
    """

    sockets: tuple[tuple[str, str, bool, int, float | tuple[float, ...]], ...] = ()
    energies: tuple[tuple[str, float], ...] = ()
    glow_sampling: str | None = None

    @classmethod
    def of(cls, stage: Stage) -> Unlit:
        """Of a scene without weather."""
        sockets = []
        for material in live(bpy.data.materials):
            for node in material.node_tree.nodes if material.use_nodes else ():
                if node.type == "EMISSION" or (node.type == "BSDF_PRINCIPLED" and material.name == LAMP_LENS):
                    found = [(False, number, socket) for number, socket in enumerate(node.inputs)]
                elif node.name in (LIT_SHARE, LIT_LEVEL, LIGHTS_PROPERTY):
                    found = [(True, 0, node.outputs[0])]
                else:
                    continue
                sockets += [
                    (material.name, node.name, output, number, _plain(socket.default_value))
                    for output, number, socket in found
                    if hasattr(socket, "default_value")
                ]
        glow = bpy.data.materials.get(GLOW)
        sampling = None if glow is None else glow.cycles.emission_sampling
        return cls(tuple(sockets), tuple((obj.name, obj.data.energy) for obj in stage.lights), sampling)

    def restore(self) -> None:
        """Put it back; cars have no lights on."""
        for material, name, output, number, value in self.sockets:
            node = bpy.data.materials[material].node_tree.nodes[name]
            (node.outputs if output else node.inputs)[number].default_value = value
        for name, energy in self.energies:
            bpy.data.objects[name].data.energy = energy
        if self.glow_sampling is not None:
            bpy.data.materials[GLOW].cycles.emission_sampling = self.glow_sampling
        for obj in bpy.data.objects:
            if LIGHTS_PROPERTY in obj:
                del obj[LIGHTS_PROPERTY]
                obj.update_tag()


def _plain(value: float | Iterable[float]) -> float | tuple[float, ...]:
    return tuple(value) if isinstance(value, Iterable) else value


def light(spec: Spec, stage: Stage, brighter: float) -> Lamps:
    """Switch on the lights of this time of day, and scale lights that are always on to the scene's units.

    Args:
        brighter: render units per 100 W.
    """
    on = spec.lamps_on()
    for material in live(bpy.data.materials):
        if material.use_nodes and not material.name.startswith("label_"):  # those are of the label pass of another view
            _scale_glow(material, brighter * (SHOP_DIMMED if on and not stage.indoors else 1.0))
    for obj in stage.lights:
        obj.data.energy *= brighter
    rgb = black_body(spec.lamp_kelvin)
    if not on and not stage.indoors and (glow := bpy.data.materials.get(GLOW)):
        # by day the panels inside shops light nothing else in view, but would get half of all light samples
        glow.cycles.emission_sampling = "NONE"
    if not on:
        return Lamps(np.empty((0, 3)), np.empty(0), rgb)
    _light_windows(spec.lit_windows, LIT_CD_M2 / LUX_PER_UNIT * brighter)
    flux = []
    for place, heading_deg, variant in stage.lamps:
        flux.append(LAMP_LUMEN[variant] / LUX_PER_UNIT)
        _lamp(stage, place, heading_deg, variant, flux[-1] * brighter, rgb)
    if stage.lamps and (lens := bpy.data.materials.get(LAMP_LENS)):
        variant = stage.lamps[0][2]
        principled = next(n for n in lens.node_tree.nodes if n.type == "BSDF_PRINCIPLED")
        principled.inputs["Emission Color"].default_value = (*rgb, 1.0)
        principled.inputs["Emission Strength"].default_value = flux[0] * brighter / math.pi / LENS_M2[variant]
    places = np.array([place for place, _, _ in stage.lamps]).reshape(-1, 3)
    return Lamps(places, np.array(flux), rgb)


def _lamp(stage: Stage, place: Vec3, heading_deg: float, variant: int, watts: float, rgb: np.ndarray) -> None:
    lamp = bpy.data.lights.new("street_lamp", "AREA" if variant == 0 else "POINT")
    lamp.color, lamp.energy = tuple(rgb), watts
    if variant == 0:
        lamp.shape, lamp.size, lamp.size_y = "RECTANGLE", 0.6, 0.2
    else:
        lamp.shadow_soft_size = 0.13
    obj = bpy.data.objects.new("street_lamp", lamp)
    obj.location = (place[0], place[1], place[2] - (0.06 if variant == 0 else 0.0))
    obj.rotation_euler = (0.0, 0.0, math.radians(heading_deg))
    obj.visible_camera = False  # the camera sees the lens
    stage.scene.collection.objects.link(obj)


def _light_windows(share: float, radiance: float) -> None:
    for material in live(bpy.data.materials):
        nodes = material.node_tree.nodes if material.use_nodes else {}
        if LIT_SHARE in nodes:
            nodes[LIT_SHARE].outputs[0].default_value = share
            nodes[LIT_LEVEL].outputs[0].default_value = radiance


def _scale_glow(material: bpy.types.Material, factor: float) -> None:
    for node in material.node_tree.nodes:
        if node.type == "EMISSION" and not node.inputs["Strength"].is_linked:
            node.inputs["Strength"].default_value *= factor


def black_body(kelvin: float) -> np.ndarray:
    """Rec. 709 colour (3,) of a black body, luminance 1: Planck's law at three wavelengths against 6500 K."""

    def planck(temperature: float) -> np.ndarray:
        return 1 / np.expm1(14387.8 / (_WAVELENGTHS_UM * temperature))

    rgb = planck(kelvin) / planck(6500.0)
    return rgb / float(rgb @ _LUMINANCE)
