"""Items of asset packs as the world uses them: finding them by name, and the credit that a frame carries for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from blender_synth.errors import ConfigError
from blender_synth.packs.items import Item, Pack
from blender_synth.suggestions import hint_among
from blender_synth.values import plain

PackItem = tuple[Pack, Item]
WeightedItem = tuple[Pack, Item, float]


@dataclass(frozen=True)
class Attribution:
    """Name, licence, author and source of something that a frame shows."""

    name: str
    licence: str
    author: str
    source: str


class FromPack:
    """Mixin of specs that say which item of which asset pack they are made of; it adds no field of its own.

    Attributes:
        pack, item: names of the pack and of its item.
        licence, author, source: SPDX id, and who is credited; carried into every frame that shows the item.
    """

    pack: str
    item: str
    licence: str
    author: str
    source: str

    def attribution(self) -> Attribution:
        """Who is credited for the item."""
        return Attribution(f"{self.pack}/{self.item}", self.licence, self.author, self.source)


@plain
class Credit(FromPack):
    """An item of a pack, where a spec holds nothing else of it than its credit."""

    pack: str
    item: str
    licence: str
    author: str = ""
    source: str = ""

    @classmethod
    def of(cls, pack: Pack, item: Item) -> Credit:
        """Credit for an item of a pack."""
        terms = item.terms
        return cls(pack=pack.name, item=item.name, licence=terms.licence, author=terms.author, source=terms.source)


def items_in_packs(packs: Sequence[Pack], kind: str) -> list[PackItem]:
    """Every (pack, item) of a kind of item, in the order of the packs."""
    return [(pack, item) for pack in packs for item in pack.items if item.kind == kind]


def items_named(name: str, packs: Sequence[Pack], kind: str) -> list[PackItem]:
    """Every (pack, item) of a kind that `name` selects: `pack/item`, the name of a pack, or a tag."""
    return [
        (pack, item)
        for pack, item in items_in_packs(packs, kind)
        if name in (f"{pack.name}/{item.name}", pack.name, *item.terms.tags)
    ]


def no_item(name: str, packs: Sequence[Pack], kind: str, key: str) -> ConfigError:
    """The error for a `name` at a config `key` that selects no item of a kind."""
    known = sorted(
        {n for pack, item in items_in_packs(packs, kind) for n in (f"{pack.name}/{item.name}", *item.terms.tags)}
    )
    hint = hint_among(name, known, f"add a pack with items of `kind: {kind}`: packs=[FOLDER]")
    return ConfigError(f"no asset pack has such a {kind}", key=key, value=name, hint=hint)
