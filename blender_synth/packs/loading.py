"""Loading a pack: a folder with a `pack.yaml` and files. All checks run without Blender in this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from blender_synth.errors import AssetError, ItemError
from blender_synth.packs.drafts import Draft, draft_item, finish_item, item_files, split_marked_assets
from blender_synth.packs.ingest import describe
from blender_synth.packs.items import BrokenItem, Item, Pack
from blender_synth.packs.kinds import Terms, terms_class
from blender_synth.packs.manifest import HEAD_KEYS, MANIFEST, Head, read_manifest, validated
from blender_synth.packs.safety import SHAPE_SUFFIXES


def load_pack(folder: Path, on_error: Literal["stop", "skip"] = "stop") -> Pack:
    """Read and check a pack.

    Args:
        folder: the folder with the `pack.yaml`.
        on_error: what to do about a damaged item: `stop` raises the error with the item's name, `skip` leaves the item
            out and lists it in `Pack.broken`. An error in the manifest is always raised.

    Raises:
        AssetError: with file, key, value and hint.
    """
    folder = folder.resolve()
    read = _read(folder)
    broken: list[BrokenItem] = []

    def handle(name: str, error: AssetError) -> None:
        named = ItemError.of(error, read.head.name, name)
        if on_error == "stop":
            raise named
        broken.append(BrokenItem(read.head.name, name, named))

    drafts = _drafts(folder, read, handle)
    descriptions = iter(describe([draft.shape(folder) for draft in drafts if draft.shaped]))
    items: list[Item[Any]] = []
    for draft in drafts:
        try:
            items.append(finish_item(draft, folder, next(descriptions) if draft.shaped else None))
        except AssetError as error:
            handle(draft.name, error)
    return Pack(
        folder=folder,
        name=read.head.name,
        kind=read.terms.kind,
        licence=read.terms.licence,
        author=read.terms.author,
        source=read.terms.source,
        version=read.head.version,
        items=tuple(items),
        extra=read.terms.model_extra or {},
        broken=tuple(broken),
    )


@dataclass(frozen=True)
class _Manifest:
    """A checked manifest: its head, the terms for the whole pack (checked, and as they are written), its entries."""

    head: Head
    terms: Terms
    shared: dict[str, Any]
    entries: tuple[dict[str, Any], ...]
    has_category: bool


def _read(folder: Path) -> _Manifest:
    manifest = folder / MANIFEST
    data = read_manifest(manifest)
    head = validated(Head, {key: data[key] for key in HEAD_KEYS if key in data}, manifest, "")
    shared = {key: value for key, value in data.items() if key not in HEAD_KEYS}
    has_category = "category" in shared
    shared.setdefault("category", head.name.lower())
    terms = validated(terms_class(shared.get("kind", "prop")), shared, manifest, "")
    entries = head.items
    if entries is None:
        entries = tuple({"file": file} for file in item_files(folder, type(terms)))
        if not entries and (terms.shaped or terms.suffixes):
            hint = f"put {', '.join(terms.suffixes or SHAPE_SUFFIXES)} files next to its {MANIFEST}"
            raise AssetError("the pack is empty", file=folder, hint=hint)
    return _Manifest(head, terms, shared, entries, has_category)


def _drafts(folder: Path, read: _Manifest, handle: Callable[[str, AssetError], None]) -> list[Draft]:
    """All items, unmeasured. `handle` gets the name of one whose `.blend` cannot be read, and why."""
    manifest = folder / MANIFEST
    drafts: list[Draft] = []
    for number, entry in enumerate(read.entries):
        draft = draft_item(folder, manifest, read.shared, entry, f"items[{number}]")
        try:
            drafts += split_marked_assets(draft, folder, manifest, read.has_category or "category" in entry)
        except AssetError as error:
            handle(draft.name, error)
    _check_unique(drafts, manifest)
    return drafts


def pack_drafts(folder: Path) -> list[Draft]:
    """All items of a pack, their files unread, except what a `.blend` contains.

    Raises:
        AssetError: an entry cannot be used.
    """

    def handle(name: str, error: AssetError) -> None:
        raise error

    return _drafts(folder, _read(folder), handle)


def _check_unique(drafts: list[Draft], manifest: Path) -> None:
    seen: dict[str, str] = {}
    for draft in drafts:
        if draft.name in seen:
            raise AssetError(
                "two items of the pack have one name",
                file=manifest,
                key="items",
                value=draft.name,
                hint=f"{seen[draft.name]!r} and {draft.relative!r} need different names: set `name` in items",
            )
        seen[draft.name] = draft.relative
