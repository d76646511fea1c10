"""Materials of asset packs (items of `kind: material`) that replace built-in materials of scenes and clothes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, cast, get_args

import numpy as np
from pydantic import AfterValidator, BeforeValidator

from blender_synth.errors import ConfigError
from blender_synth.seeds import Streams
from blender_synth.values import Vec2, Weights, plain
from blender_synth.world.pack_items import FromPack, items_named, no_item

Surface = Literal["wall", "pavement", "road", "kerb", "roof", "floor", "ceiling"]
SURFACES: tuple[Surface, ...] = get_args(Surface)
"""Kinds of surfaces of a scene that a material can be applied to."""
OWN = "own"
"""Among weights: the built-in material."""


@plain
class MaterialSpec(FromPack):
    """One material of a pack.

    Attributes:
        pack, item: names of the pack and of its item. file: relative to the pack's folder.
        material: name in a `.blend`.
        maps: (map, file relative to the pack's folder) of a set of textures; the maps are `albedo`, `normal`,
            `normal_dx`, `roughness`, `metallic`, `height` and `ao`. Empty for a `.blend`.
        tile_m: real width and height of the textures' image. bump_m: height of white over black in the height map.
        licence, author, source: carried into every frame that shows it.
    """

    pack: str
    item: str
    file: str
    material: str = ""
    maps: tuple[tuple[str, str], ...] = ()
    tile_m: Vec2 = (1.0, 1.0)
    bump_m: float = 0.01
    licence: str
    author: str = ""
    source: str = ""


@plain
class SurfaceSpec:
    """The material of one kind of surface of a scene. `surface` is one of `SURFACES`."""

    surface: Surface
    material: MaterialSpec


def _as_choices(value: Any) -> Any:
    known = isinstance(value, MaterialChoices) or (isinstance(value, Mapping) and "weights" in value)
    return value if known or value is None else {"weights": value}


@plain
class MaterialChoices:
    """Materials of packs and their weights: `pack/item`, a whole pack, a tag, or `own` for the built-in material.

    In a config it is written as the weights alone: a name, a list or a mapping.

    Attributes:
        found: the materials that the names select, None for the built-in one, and their weights; from `resolve_packs`.
    """

    weights: Weights
    found: tuple[tuple[MaterialSpec | None, float], ...] = ()

    def resolve_packs(self, packs: Sequence[Any], key: str, textures_only: bool = False) -> MaterialChoices:
        """The same choices, with the materials found in the packs.

        Args:
            packs: from `packs.find_packs`. key: of the config, for messages.
            textures_only: refuse materials of a `.blend`.

        Raises:
            ConfigError: no pack has such a material, or only in a `.blend`.
        """
        found: list[tuple[MaterialSpec | None, float]] = []
        for name, weight in self.weights.items():
            if name == OWN:
                found.append((None, weight))
                continue
            items = items_named(name, packs, "material")
            if not items:
                raise no_item(name, packs, "material", key)
            total = sum(item.terms.weight for _, item in items) or 1.0
            for pack, item in items:
                if textures_only and not item.maps:
                    hint = "use a set of textures here: albedo, normal, roughness"
                    raise ConfigError(
                        "a material of a .blend cannot be a fabric",
                        key=key,
                        value=f"{pack.name}/{item.name}",
                        hint=hint,
                    )
                found.append((_spec(pack, item), weight * item.terms.weight / total))
        if not sum(weight for _, weight in found) > 0:
            raise ConfigError("all materials have a weight of 0", key=key, hint="give one of them a weight above 0")
        return MaterialChoices(weights=self.weights, found=tuple(found))

    def pick(self, rng: np.random.Generator) -> MaterialSpec | None:
        """One of `found`; None for the built-in material."""
        weights = np.array([weight for _, weight in self.found])
        return self.found[int(rng.choice(len(weights), p=weights / weights.sum()))][0]


Materials = Annotated[MaterialChoices, BeforeValidator(_as_choices)]


def _known(surfaces: dict[str, MaterialChoices]) -> dict[str, MaterialChoices]:
    for name in surfaces:
        if name not in SURFACES:
            raise ValueError(f"there is no surface {name!r}; use some of: {', '.join(SURFACES)}")
    return surfaces


SurfaceChoices = Annotated[dict[str, Materials], AfterValidator(_known)]
"""Materials of a scene's surfaces, by their names in `SURFACES`."""


def draw_surfaces(
    choices: Mapping[str, MaterialChoices], packs: Sequence[Any], streams: Streams
) -> tuple[SurfaceSpec, ...]:
    """One material for each surface that has a choice, without those that keep the built-in material.

    Raises:
        ConfigError: no pack has such a material.
    """
    drawn = []
    for surface, materials in sorted(choices.items()):
        material = materials.resolve_packs(packs, f"scene.materials.{surface}").pick(streams.rng(surface))
        if material is not None:  # `SurfaceChoices` has no other names than those of `Surface`
            drawn.append(SurfaceSpec(surface=cast(Surface, surface), material=material))
    return tuple(drawn)


def _spec(pack: Any, item: Any) -> MaterialSpec:
    terms = item.terms
    return MaterialSpec(
        pack=pack.name,
        item=item.name,
        file=item.file,
        material=terms.material,
        maps=tuple(sorted(item.maps.items())),
        tile_m=terms.tile_m,
        bump_m=terms.bump_m,
        licence=terms.licence,
        author=terms.author,
        source=terms.source,
    )
