"""Things: what stands in a scene and gets labels of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from blender_synth.errors import ConfigError
from blender_synth.values import plain


@plain
class LabelledInstance:
    """One labelled thing of the scenery.

    Attributes:
        instance_id: the number in the label pass; unique in the scene, never 0.
        category: e.g. ``"building"``.
        name: readable and unique in the scene, e.g. ``"building_left_2"``.
    """

    instance_id: int
    category: str
    name: str


@plain
class Credit:
    """Which item of an asset pack something is made of, and what is owed for it; carried into every frame."""

    pack: str
    item: str
    licence: str
    author: str = ""
    source: str = ""

    @classmethod
    def of(cls, pack: Any, item: Any) -> Credit:
        """Of an item that was found in a pack."""
        terms = item.terms
        return cls(pack=pack.name, item=item.name, licence=terms.licence, author=terms.author, source=terms.source)


def items_in_packs(packs: Sequence[Any], kind: str) -> list[tuple[Any, Any]]:
    """(pack, item) of every item of a kind. `packs`: from `packs.find_packs`."""
    return [(pack, item) for pack in packs for item in pack.items if item.kind == kind]


def items_named(name: str, packs: Sequence[Any], kind: str) -> list[tuple[Any, Any]]:
    """Those of them that a name means: `pack/item`, a whole pack, or a tag."""
    return [
        (pack, item)
        for pack, item in items_in_packs(packs, kind)
        if name in (f"{pack.name}/{item.name}", pack.name, *item.terms.tags)
    ]


def no_item(name: Any, packs: Sequence[Any], kind: str, key: str) -> ConfigError:
    """What is said when a name means nothing."""
    known = sorted(
        {n for pack, item in items_in_packs(packs, kind) for n in (f"{pack.name}/{item.name}", *item.terms.tags)}
    )
    hint = f"use one of: {', '.join(known)}" if known else f"add a pack with items of `kind: {kind}`: packs=[FOLDER]"
    return ConfigError(f"no asset pack has such a {kind}", key=key, value=name, hint=hint)
