"""From an entry of a manifest to an item: the steps that loading a pack and `assets check` share."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from blender_synth.errors import AssetError
from blender_synth.packs.axes import item_from_blender
from blender_synth.packs.blendfile import MarkedAsset
from blender_synth.packs.ingest import Description, Shape
from blender_synth.packs.items import Item
from blender_synth.packs.kinds import Terms, terms_class
from blender_synth.packs.kinds.base import is_spdx
from blender_synth.packs.kinds.prop import SIZE_KEYS, ShapeTerms
from blender_synth.packs.manifest import ItemName, validated
from blender_synth.packs.panes import Pane, measure_pane
from blender_synth.packs.paths import file_in_pack
from blender_synth.packs.reading import contents_of
from blender_synth.packs.safety import SHAPE_SUFFIXES
from blender_synth.suggestions import hint_among


@dataclass(frozen=True)
class Draft:
    """An item whose terms have been checked, but not its file.

    Attributes:
        name, terms: of the item. relative: path of its file in the pack. file: the same, resolved; None without one.
        key: of its entry in the manifest. named: the entry has a `name`.
        object, collection, description: as of an `Item`.
    """

    name: str
    relative: str
    terms: Terms
    key: str
    file: Path | None = None
    named: bool = False
    object: str = ""
    collection: str = ""
    description: str = ""

    @property
    def shaped(self) -> bool:
        """Whether the item is a 3D shape."""
        return self.terms.shaped

    def shape_terms(self) -> ShapeTerms:
        """The terms of a shape."""
        assert isinstance(self.terms, ShapeTerms), self.name
        return self.terms

    def shape_file(self) -> Path:
        """The file of a shape."""
        assert self.file is not None, self.name
        return self.file

    def shape(self, folder: Path) -> Shape:
        """What has to be measured of the item."""
        terms = self.shape_terms()
        objects = (self.object,) if self.object else ()
        return Shape(self.shape_file(), folder, objects, self.collection, bool(terms.bones), terms.reflecting_material)


def draft_item(folder: Path, manifest: Path, shared: Mapping[str, Any], entry: Mapping[str, Any], key: str) -> Draft:
    """The item of one entry of the manifest.

    Args:
        folder: of the pack, resolved. shared: terms given for the whole pack. entry: the item's own.
        key: of the entry, for messages.

    Raises:
        AssetError: a value, the path or the format cannot be used.
    """
    if shared.get("kind", "prop") != entry.get("kind", shared.get("kind", "prop")):
        shared = {k: v for k, v in shared.items() if k in Terms.model_fields}
    elif any(size in entry for size in SIZE_KEYS):
        shared = {k: v for k, v in shared.items() if k not in SIZE_KEYS}
    merged = {**shared, **{k: v for k, v in entry.items() if k not in ("name", "file")}}
    terms = validated(terms_class(merged.get("kind", "prop")), merged, manifest, key)
    relative = entry.get("file", "")
    suffix = Path(relative).suffix.lower() if isinstance(relative, str) else ""
    formats = SHAPE_SUFFIXES if terms.shaped else terms.suffixes
    if not isinstance(relative, str) or (formats and suffix not in formats):
        hint = f"name a file of one of these formats: {' '.join(formats)}"
        what = "its shape" if terms.shaped else "its data"
        raise AssetError(
            f"a {terms.kind} needs a file with {what}", file=manifest, key=f"{key}.file", value=relative, hint=hint
        )
    object_name = collection = ""
    if isinstance(terms, ShapeTerms):
        object_name, collection = terms.object, terms.collection
        if (object_name or collection) and suffix != ".blend":
            hint = "leave object and collection out; they are for .blend files"
            value = object_name or collection
            raise AssetError(
                "only a .blend has named parts", file=manifest, key=key, value=value, hint=hint
            )  # fmt: skip
        try:
            terms = terms.for_format(suffix)
        except ValueError as error:
            raise AssetError(
                "the axes cannot be used", file=manifest, key=f"{key}.front", value=terms.front, hint=str(error)
            ) from None
    default_name = name_from(object_name or collection or Path(relative).stem)
    name = validated(ItemName, {"name": entry.get("name", default_name)}, manifest, key).name
    file = file_in_pack(folder, relative, manifest, f"{key}.file") if relative else None
    return Draft(
        name=name,
        relative=file.relative_to(folder).as_posix() if file and terms.shaped else relative,
        terms=terms,
        key=key,
        file=file,
        named="name" in entry,
        object=object_name,
        collection=collection,
    )


def split_marked_assets(draft: Draft, folder: Path, manifest: Path, has_category: bool) -> list[Draft]:
    """One draft for each marked asset of a `.blend`; the draft itself for a named part or another format.

    Args:
        has_category: the manifest gives a category, which then wins over the asset catalogue.

    Raises:
        AssetError: the file cannot be read, or has no such object or collection.
    """
    if not draft.shaped or draft.shape_file().suffix.lower() != ".blend":
        return [draft]
    file = draft.shape_file()
    contents = contents_of(file, folder)
    assets = {(a.kind, a.name): a for a in contents.assets if a.kind in ("object", "collection")}
    if draft.object or draft.collection:
        part = ("object", draft.object) if draft.object else ("collection", draft.collection)
        kind, name = part
        if name not in contents.names[kind]:
            hint = hint_among(name, contents.names[kind])
            raise AssetError(f"the file has no such {kind}", file=file, key=draft.key, value=name, hint=hint)
        asset = assets.get(part)
        return [_with_asset_data(draft, asset, manifest, has_category) if asset else draft]
    if draft.named or not assets:
        return [draft]
    drafts = []
    for (kind, name), asset in sorted(assets.items(), key=lambda pair: pair[0][1]):
        one = replace(draft, name=name_from(name))
        one = replace(one, object=name) if kind == "object" else replace(one, collection=name)
        drafts.append(_with_asset_data(one, asset, manifest, has_category))
    return drafts


def _with_asset_data(draft: Draft, asset: MarkedAsset, manifest: Path, has_category: bool) -> Draft:
    """The item with Blender's own asset data: tags, author, licence, and the catalogue as its category."""
    before = draft.shape_terms()
    terms = before.model_dump(exclude={"up_axis", "front"})
    terms["tags"] = tuple(dict.fromkeys((*before.tags, *asset.tags)))
    terms["author"] = asset.author or before.author
    if asset.licence and is_spdx(asset.licence):
        terms["licence"] = asset.licence
    category = re.sub(r"[^a-z0-9_-]+", "_", asset.catalogue.split("/")[-1].strip().lower()).strip("_-")
    if category and not has_category and before.kind == "prop":
        terms["category"] = category
    checked = validated(type(before), terms, manifest, f"{draft.key} ({asset.name})")
    checked = checked.model_copy(update={"up_axis": before.up_axis, "front": before.front})
    return replace(draft, terms=checked, description=asset.description)


def finish_item(draft: Draft, folder: Path, description: Description | AssetError | None) -> Item[Any]:
    """The item, its file checked or measured.

    Args:
        description: of its shape, or why there is none; None for an item that is not a shape.

    Raises:
        AssetError: the file cannot be used, or not as the manifest asks.
    """
    if isinstance(description, AssetError):
        raise description
    if description is None:
        return Item(draft.name, draft.relative, draft.terms, maps=draft.terms.check_data(draft.file, folder))
    terms = draft.shape_terms()
    turn = item_from_blender(draft.relative, str(terms.up_axis), str(terms.front))
    box = np.sort(description.box_m @ turn.T, axis=0)
    if terms.height_m is not None and box[1, 2] <= box[0, 2]:
        raise AssetError(
            "the file is flat, so it cannot be scaled to height_m",
            file=draft.file,
            key=f"{draft.key}.height_m",
            value=terms.height_m,
            hint="use scale, or correct up_axis",
        )
    if terms.variants:
        _check_variants(draft, folder, description)
    item = replace(_measured(draft, terms, box, description), joints_m=_joints(draft, description, turn))
    if terms.reflecting_material:
        return replace(item, pane=_pane(draft, description, item.scale(), turn))
    return item


def rough_item(draft: Draft, description: Description) -> Item[Any]:
    """The item as far as it can be shown, although the manifest asks for what its file does not have."""
    terms = draft.shape_terms()
    turn = item_from_blender(draft.relative, str(terms.up_axis), str(terms.front))
    box = np.sort(description.box_m @ turn.T, axis=0)
    if terms.height_m is not None and box[1, 2] <= box[0, 2]:
        terms = terms.model_copy(update={"height_m": None})
    return _measured(draft, terms, box, description)


def _measured(draft: Draft, terms: ShapeTerms, box: np.ndarray, description: Description) -> Item[Any]:
    return Item(
        name=draft.name,
        file=draft.relative,
        terms=terms,
        box_m=box,
        object=draft.object,
        collection=draft.collection,
        description=draft.description,
        triangles=description.triangles,
        materials=description.materials,
        problems=description.problems,
    )


def _pane(draft: Draft, description: Description, scale: tuple[float, float, float], turn: np.ndarray) -> Pane:
    name = draft.shape_terms().reflecting_material
    if name not in description.materials:
        raise AssetError(
            "the file has no such material",
            file=draft.file,
            key=f"{draft.key}.surface.material",
            value=name,
            hint=hint_among(name, description.materials, "use one of: none: give the pane a material"),
        )
    corners = description.surface_m.reshape(-1, 3) @ turn.T * np.array(scale)
    return measure_pane(corners, np.arange(len(corners)).reshape(-1, 3), draft.shape_file(), name)


def _check_variants(draft: Draft, folder: Path, description: Description) -> None:
    """Materials that vary must be visible; their replacements must be in the file (in a `.blend` also unused ones)."""
    replacements = description.materials
    if draft.shape_file().suffix.lower() == ".blend":
        replacements = contents_of(draft.shape_file(), folder).names["material"]
    for material, choices in draft.shape_terms().variants.items():
        others = [choice for choice in choices if not choice.startswith("#")]
        for name, known in ((material, description.materials), *((other, replacements) for other in others)):
            if name not in known:
                hint, key = hint_among(name, known), f"{draft.key}.variants"
                raise AssetError("the file has no such material", file=draft.file, key=key, value=name, hint=hint)


def _joints(draft: Draft, description: Description, turn: np.ndarray) -> dict[str, np.ndarray]:
    joints = {}
    for keypoint, bone in draft.shape_terms().bones.items():
        name, end = (bone[:-5], 1) if bone.endswith(":tail") else (bone, 0)
        if name not in description.bones:
            hint = hint_among(name, description.bones, "use one of: none: the file has no skeleton")
            raise AssetError(
                "the skeleton has no such bone",
                file=draft.file,
                key=f"{draft.key}.skeleton.{keypoint}",
                value=name,
                hint=hint,
            )
        joints[keypoint] = turn @ np.array(description.bones[name][end])
    return joints


def name_from(text: str) -> str:
    """A file's or an object's name as an item's name: unusual characters become underscores."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in text).lstrip("_-")


def item_files(folder: Path, terms: type[Terms]) -> list[str]:
    """All files in and below a folder that can be an item of these terms, sorted; hidden ones are left out."""
    formats = SHAPE_SUFFIXES if terms.shaped else terms.suffixes
    files = [f.relative_to(folder) for f in folder.rglob("*") if f.suffix.lower() in formats]
    return sorted(
        f.as_posix() for f in files if not any(part.startswith(".") for part in f.parts) and terms.is_item_file(f.name)
    )
