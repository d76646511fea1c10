"""Traits that a material declares to weather and asset packs, stored as its custom properties.

Builders pass a `MaterialTraits` when they make a material. An artist's `.blend` may set the same properties in Blender
(Properties > Material > Custom Properties): `bs_soaks`, `bs_film`, `bs_snow`, `bs_surface`. A material of an artist's
scene that sets none gets those of `traits_by_name`; all others get the defaults of `MaterialTraits`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

import bpy

_PREFIX = "bs_"


@dataclass(frozen=True)
class MaterialTraits:
    """How a material takes part in weather, and what a pack's material may replace.

    Attributes:
        soaks: water soaks in and darkens it (asphalt, brick, cloth), rather than running off (metal, glass).
        film: a film of water or ice is visible on it where it faces upwards.
        snow: share 0..1 of the snow that stays on it; 0 for glass panes and lamps, which stay clear.
        surface: which of `world.materials.SURFACES` it covers; empty: a pack's material never replaces it.
        roughness_class: "plain", or "marked" where roughness and relief show markings and wear, so that a pack's
            textures leave them as they are.
    """

    soaks: bool = True
    film: bool = False
    snow: float = 1.0
    surface: str = ""
    roughness_class: Literal["plain", "marked"] = "plain"


def declare_traits(material: bpy.types.Material, traits: MaterialTraits) -> None:
    """Store traits in a material; its copies keep them."""
    for field in fields(traits):
        material[_PREFIX + field.name] = getattr(traits, field.name)


def declares_traits(material: bpy.types.Material) -> bool:
    """Whether any trait was declared: by a builder of this package, or in an artist's file."""
    return any(_PREFIX + field.name in material for field in fields(MaterialTraits))


def traits_of(material: bpy.types.Material) -> MaterialTraits:
    """The declared traits; defaults for what is not declared or, in an artist's file, not of the right type."""
    default = MaterialTraits()
    snow = material.get(_PREFIX + "snow")
    surface = material.get(_PREFIX + "surface")
    return MaterialTraits(
        soaks=bool(material.get(_PREFIX + "soaks", default.soaks)),
        film=bool(material.get(_PREFIX + "film", default.film)),
        snow=min(max(float(snow), 0.0), 1.0) if isinstance(snow, int | float) else default.snow,
        surface=surface if isinstance(surface, str) else default.surface,
        roughness_class="marked" if material.get(_PREFIX + "roughness_class") == "marked" else "plain",
    )


_BY_NAME: tuple[tuple[tuple[str, ...], MaterialTraits], ...] = (
    (("window", "shop_glass", "glow", "lamp_lens", "car_glass"), MaterialTraits(soaks=False, snow=0.0)),
    (("road", "asphalt"), MaterialTraits(film=True, surface="road", roughness_class="marked")),
    (("paving_",), MaterialTraits(film=True, surface="pavement")),
    (("paving", "matt", "wood"), MaterialTraits(film=True)),
    (("kerb",), MaterialTraits(film=True, surface="kerb")),
    (("iron",), MaterialTraits(soaks=False, film=True)),
    (("wall_brick", "wall_plaster", "wall_stone"), MaterialTraits(surface="wall")),
    (("painted_wall",), MaterialTraits(soaks=False, surface="wall")),
    (("wall_roof",), MaterialTraits(surface="roof")),
    (("ceiling_tiles",), MaterialTraits(surface="ceiling")),
    (("rubber_floor",), MaterialTraits(soaks=False, surface="floor")),
    (("stone_floor", "terrazzo", "planks", "carpet"), MaterialTraits(surface="floor")),
    (("paint", "metal", "car_paint", "rubber", "trim"), MaterialTraits(soaks=False)),
    (("leaf", "bark"), MaterialTraits(snow=0.6)),
)


def traits_by_name(name: str) -> MaterialTraits:
    """Traits of an artist's material that declares none, by how its name begins, as for marks in artists' scenes."""
    return next((traits for prefixes, traits in _BY_NAME if name.startswith(prefixes)), MaterialTraits())
