"""A checked asset pack: a folder with a `pack.yaml` and files. What is wrong with one is found without Blender."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, Literal

import numpy as np
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from blender_synth.errors import AssetError, ItemError
from blender_synth.packs.blendfile import MarkedAsset, read_contents
from blender_synth.packs.data_files import CHECKS, map_of
from blender_synth.packs.ingest import Description, Shape, describe
from blender_synth.packs.manifest import (
    HEAD_KEYS,
    MANIFEST,
    SIZE_KEYS,
    Head,
    Named,
    Terms,
    read_manifest,
    terms_class,
    validated,
)
from blender_synth.packs.panes import Pane, measure_pane
from blender_synth.packs.problems import Problem
from blender_synth.packs.safety import SHAPE_SUFFIXES, check_file


@dataclass(frozen=True, eq=False)
class Item:
    """One thing in a pack, checked.

    Attributes:
        name: unique in the pack. file: relative to the pack's folder, with forward slashes; may be empty for kinds
            that are no shapes.
        terms: `PropTerms` of a prop, `PersonTerms` of a person; of another kind whatever the manifest says.
        box_m: (2, 3) bounding box of such a shape in its own axes (+X front, +Y left, +Z up), in the file's
            own scale; None for other kinds.
        object, collection: what of a `.blend` it is; the whole file where both are empty.
        description: for a `.blend`'s asset, what its artist says of it.
        triangles, materials: of a shape; its materials by name.
        joints_m: keypoints (3,) of a person with a skeleton, in the person's axes and the file's scale.
        problems: what the loader took out of the file.
        pane: of a mirror, in its real size and its own axes.
        maps: of a material that is a set of textures, its files by what they are of, relative to the pack's folder.
    """

    name: str
    file: str
    terms: Any
    box_m: np.ndarray | None = None
    object: str = ""
    collection: str = ""
    description: str = ""
    triangles: int = 0
    materials: tuple[str, ...] = ()
    joints_m: Mapping[str, np.ndarray] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    pane: Pane | None = None
    maps: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """`prop` or another kind."""
        return self.terms.kind

    def scale(self) -> tuple[float, float, float]:
        """Factors along the prop's axes that give it the size that the manifest asks for."""
        terms, size = self.terms, self.box_m[1] - self.box_m[0]
        if terms.size_m is not None:
            return tuple(float(want / have) if have > 0 else 1.0 for want, have in zip(terms.size_m, size, strict=True))
        factor = terms.height_m / size[2] if terms.height_m is not None else (terms.scale or 1.0)
        return (float(factor),) * 3

    def origin_m(self, use: str) -> tuple[float, float, float]:
        """The point of the file, in the prop's axes and the file's scale, that is put on a spot of this `use`."""
        if self.terms.origin == "file":
            return (0.0, 0.0, 0.0)
        (low_x, low_y, low_z), (high_x, high_y, _) = self.box_m.tolist()
        return (low_x if use == "wall" else (low_x + high_x) / 2, (low_y + high_y) / 2, low_z)

    def keypoints_m(self) -> dict[str, np.ndarray]:
        """Keypoints (3,) of a person, in the person's axes and the file's scale."""
        if self.joints_m:
            return dict(self.joints_m)
        turn = axes(self.terms.up_axis, self.terms.front)
        return {name: turn @ np.array(point) for name, point in self.terms.keypoints.items()}


@dataclass(frozen=True)
class BrokenItem:
    """An item that cannot be used.

    Attributes:
        pack, item: names. error: what is wrong with it.
    """

    pack: str
    item: str
    error: ItemError


@dataclass(frozen=True, eq=False)
class Pack:
    """A checked pack.

    Attributes:
        folder: absolute. name: unique among the packs of a run. kind: what its items are unless they say otherwise.
        extra: keys of the manifest that only the pack's kind knows.
        broken: items left out.
    """

    folder: Path
    name: str
    kind: str
    licence: str
    author: str
    source: str
    version: str
    items: tuple[Item, ...]
    extra: Mapping[str, Any]
    broken: tuple[BrokenItem, ...] = ()

    def item(self, name: str) -> Item:
        """The item of that name.

        Raises:
            AssetError: there is none.
        """
        for item in self.items:
            if item.name == name:
                return item
        names = ", ".join(item.name for item in self.items)
        raise AssetError("the pack has no such item", file=self.folder, value=name, hint=f"use one of: {names}")


def load_pack(folder: Path, on_error: Literal["stop", "skip"] = "stop") -> Pack:
    """Read and check a pack.

    Args:
        folder: the folder that holds `pack.yaml`. on_error: what becomes of a damaged item: the error is raised with
            the item's name, or it is left out and told in `Pack.broken`. A mistake in the manifest is always raised.

    Raises:
        AssetError: with the file, the key, the value and the fix.
    """
    folder = folder.resolve()
    manifest = folder / MANIFEST
    data = read_manifest(manifest)
    own = {key: data[key] for key in HEAD_KEYS if key in data}
    shared = {key: value for key, value in data.items() if key not in HEAD_KEYS}
    head = validated(Head, own, manifest, "")
    named = "category" in shared
    shared.setdefault("category", head.name.lower())
    terms = validated(terms_class(shared), shared, manifest, "")
    entries = head.items
    if entries is None:
        entries = [{"file": f} for f in _files(folder, terms)]
        if not entries and (terms.shaped or terms.suffixes):
            hint = f"put {', '.join(terms.suffixes or SHAPE_SUFFIXES)} files beside its pack.yaml"
            raise AssetError("the pack is empty", file=folder, hint=hint)
    broken: list[BrokenItem] = []

    def fail(name: str, error: AssetError) -> None:
        error = ItemError.of(error, head.name, name)
        if on_error == "stop":
            raise error
        broken.append(BrokenItem(head.name, name, error))

    drafts: list[_Draft] = []
    for number, entry in enumerate(entries):
        draft = _draft(folder, manifest, shared, entry, f"items[{number}]")
        try:
            drafts += _marked(draft, folder, manifest, named or "category" in entry) if draft.shaped else [draft]
        except AssetError as error:
            fail(draft.name, error)
    seen: dict[str, str] = {}
    for draft in drafts:
        if draft.name in seen:
            hint = f"{seen[draft.name]!r} and {draft.relative!r} need different names: set `name` in items"
            raise AssetError(
                "two items of the pack have one name", file=manifest, key="items", value=draft.name, hint=hint
            )
        seen[draft.name] = draft.relative
    found = iter(describe([draft.shape(folder) for draft in drafts if draft.shaped]))
    items = []
    for draft in drafts:
        try:
            items.append(_item(draft, folder, next(found) if draft.shaped else None))
        except AssetError as error:
            fail(draft.name, error)
    return Pack(
        folder=folder,
        name=head.name,
        kind=terms.kind,
        licence=terms.licence,
        author=terms.author,
        source=terms.source,
        version=head.version,
        items=tuple(items),
        extra=terms.model_extra or {},
        broken=tuple(broken),
    )


def file_in_pack(folder: Path, relative: str, manifest: Path, key: str) -> Path:
    """The file at `relative` in a pack, which must be there and nowhere else.

    Args:
        folder: the pack's folder, resolved. relative: with forward slashes. manifest, key: for the message.

    Raises:
        AssetError: absolute, leads out of the folder (by `..` or a link), or no file.
    """
    windows = PureWindowsPath(relative)
    if PurePosixPath(relative).is_absolute() or windows.drive or "\\" in relative or "\0" in relative:
        raise AssetError(
            "a path must be relative to its pack",
            file=manifest,
            key=key,
            value=relative,
            hint="write it from the pack's folder on, with forward slashes",
        )
    file = (folder / relative).resolve()
    if not file.is_relative_to(folder):
        raise AssetError(
            "a path leads out of its pack",
            file=manifest,
            key=key,
            value=relative,
            hint="copy the file into the pack's folder",
        )
    if not file.is_file():
        raise AssetError(
            "the file is missing",
            file=file,
            key=f"{key} in {manifest}",
            value=relative,
            hint="add it or correct the path",
        )
    return file


@dataclass(frozen=True)
class _Draft:
    """An item of the manifest, its terms checked but not its file."""

    name: str
    relative: str
    terms: Any
    key: str
    file: Path | None = None
    named: bool = False
    object: str = ""
    collection: str = ""
    description: str = ""

    @property
    def shaped(self) -> bool:
        return self.terms.shaped

    def shape(self, folder: Path) -> Shape:
        bones = bool(getattr(self.terms, "skeleton", {}))
        surface = self.terms.surface.material if self.terms.kind == "mirror" else ""
        return Shape(self.file, folder, (self.object,) if self.object else (), self.collection, bones, surface)


def _draft(folder: Path, manifest: Path, shared: Mapping[str, Any], entry: Mapping[str, Any], key: str) -> _Draft:
    if shared.get("kind", "prop") != entry.get("kind", shared.get("kind", "prop")):
        shared = {k: v for k, v in shared.items() if k in Terms.model_fields}
    elif any(size in entry for size in SIZE_KEYS):
        shared = {k: v for k, v in shared.items() if k not in SIZE_KEYS}
    own = {k: v for k, v in entry.items() if k not in ("name", "file")}
    terms = validated(terms_class({**shared, **own}), {**shared, **own}, manifest, key)
    relative = entry.get("file", "")
    suffix = Path(relative).suffix.lower() if isinstance(relative, str) else ""
    formats = SHAPE_SUFFIXES if terms.shaped else terms.suffixes
    if not isinstance(relative, str) or (formats and suffix not in formats):
        hint = f"name a file of one of these formats: {' '.join(formats)}"
        what = "its shape" if terms.shaped else "its data"
        raise AssetError(
            f"a {terms.kind} needs a file with {what}", file=manifest, key=f"{key}.file", value=relative, hint=hint
        )
    part = ""
    if terms.shaped:
        part = terms.object or terms.collection
        if part and suffix != ".blend":
            hint = "leave object and collection out; they are for .blend files"
            raise AssetError("only a .blend holds named things", file=manifest, key=key, value=part, hint=hint)
        try:
            terms = terms.for_format(suffix)
        except ValueError as error:
            raise AssetError(
                "the axes cannot be used", file=manifest, key=f"{key}.front", value=terms.front, hint=str(error)
            ) from None
    name = validated(Named, {"name": entry.get("name", _tidy(part or Path(relative).stem))}, manifest, key).name
    file = file_in_pack(folder, relative, manifest, f"{key}.file") if relative else None
    return _Draft(
        name=name,
        relative=file.relative_to(folder).as_posix() if file and terms.shaped else relative,
        terms=terms,
        key=key,
        file=file,
        named="name" in entry,
        object=terms.object if terms.shaped else "",
        collection=terms.collection if terms.shaped else "",
    )


def _marked(draft: _Draft, folder: Path, manifest: Path, has_category: bool) -> list[_Draft]:
    """A `.blend` of which nothing is named as an item for everything that its artist marked as an asset."""
    if draft.file.suffix.lower() != ".blend":
        return [draft]
    check_file(draft.file, folder)
    contents = read_contents(draft.file, folder)
    assets = {(a.kind, a.name): a for a in contents.assets if a.kind in ("object", "collection")}
    wanted = next(((k, getattr(draft, k)) for k in ("object", "collection") if getattr(draft, k)), None)
    if wanted is not None:
        kind, name = wanted
        if name not in contents.names[kind]:
            hint = f"use one of: {', '.join(sorted(contents.names[kind])) or 'none'}"
            raise AssetError(f"the file holds no such {kind}", file=draft.file, key=draft.key, value=name, hint=hint)
        asset = assets.get(wanted)
        return [_with_mark(draft, asset, manifest, has_category) if asset else draft]
    if draft.named or not assets:
        return [draft]
    return [
        _with_mark(replace(draft, name=_tidy(name), **{kind: name}), asset, manifest, has_category)
        for (kind, name), asset in sorted(assets.items(), key=lambda pair: pair[0][1])
    ]


def _with_mark(draft: _Draft, asset: MarkedAsset, manifest: Path, has_category: bool) -> _Draft:
    """The item with what Blender's own asset data says: tags, author, licence, and the catalogue as its category."""
    said = draft.terms.model_dump(exclude={"up_axis", "front"})
    said |= {"tags": tuple(dict.fromkeys((*draft.terms.tags, *asset.tags)))}
    said["author"] = asset.author or draft.terms.author
    if asset.licence and _is_licence(asset.licence):
        said["licence"] = asset.licence
    category = re.sub(r"[^a-z0-9_-]+", "_", asset.catalogue.split("/")[-1].strip().lower()).strip("_-")
    if category and not has_category and draft.terms.kind == "prop":
        said["category"] = category
    terms = validated(type(draft.terms), said, manifest, f"{draft.key} ({asset.name})")
    terms = terms.model_copy(update={"up_axis": draft.terms.up_axis, "front": draft.terms.front})
    return replace(draft, terms=terms, description=asset.description)


def _is_licence(text: str) -> bool:
    try:
        canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return False
    return True


def _item(draft: _Draft, folder: Path, found: Description | AssetError | None) -> Item:
    """The item, measured.

    Raises:
        AssetError: its file cannot be used, or not as the manifest asks.
    """
    if isinstance(found, AssetError):
        raise found
    terms = draft.terms
    if found is None:
        check = CHECKS.get(terms.kind)
        return Item(
            name=draft.name, file=draft.relative, terms=terms, maps=check(draft.file, folder, terms) if check else {}
        )
    turn = own_from_blender(draft.relative, terms.up_axis, terms.front)
    box = np.sort(found.box_m @ turn.T, axis=0)
    if terms.height_m is not None and box[1, 2] <= box[0, 2]:
        raise AssetError(
            "the file is flat, so height_m cannot be met",
            file=draft.file,
            key=f"{draft.key}.height_m",
            value=terms.height_m,
            hint="use scale, or turn up_axis",
        )
    if terms.variants:
        _check_variants(draft, folder, found)
    item = Item(
        name=draft.name,
        file=draft.relative,
        terms=terms,
        box_m=box,
        object=draft.object,
        collection=draft.collection,
        description=draft.description,
        triangles=found.triangles,
        materials=found.materials,
        joints_m=_joints(draft, found, turn) if getattr(terms, "skeleton", None) else {},
        problems=found.problems,
    )
    return replace(item, pane=_pane(draft, found, item.scale(), turn)) if terms.kind == "mirror" else item


def _pane(draft: _Draft, found: Description, scale: tuple[float, float, float], turn: np.ndarray) -> Pane:
    name = draft.terms.surface.material
    if name not in found.materials:
        raise AssetError(
            "the file has no such material",
            file=draft.file,
            key=f"{draft.key}.surface.material",
            value=name,
            hint=f"use one of: {', '.join(found.materials) or 'none: give the pane a material'}",
        )
    corners = found.surface_m.reshape(-1, 3) @ turn.T * np.array(scale)
    return measure_pane(corners, np.arange(len(corners)).reshape(-1, 3), draft.file, name)


def _check_variants(draft: _Draft, folder: Path, found: Description) -> None:
    """What varies is seen, and what it may become is there: in a `.blend` also what nothing wears as yet."""
    there = found.materials
    if draft.file.suffix.lower() == ".blend":
        there = read_contents(draft.file, folder).names["material"]
    for material, choices in draft.terms.variants.items():
        others = [choice for choice in choices if not choice.startswith("#")]
        for name, known in ((material, found.materials), *((other, there) for other in others)):
            if name not in known:
                hint, key = f"use one of: {', '.join(known) or 'none'}", f"{draft.key}.variants"
                raise AssetError("the file has no such material", file=draft.file, key=key, value=name, hint=hint)


def _joints(draft: _Draft, found: Description, turn: np.ndarray) -> dict[str, np.ndarray]:
    joints = {}
    for keypoint, bone in draft.terms.skeleton.items():
        name, end = (bone[:-5], 1) if bone.endswith(":tail") else (bone, 0)
        if name not in found.bones:
            hint = f"use one of: {', '.join(found.bones) or 'none: the file has no skeleton'}"
            raise AssetError(
                "the skeleton has no such bone",
                file=draft.file,
                key=f"{draft.key}.skeleton.{keypoint}",
                value=name,
                hint=hint,
            )
        joints[keypoint] = turn @ np.array(found.bones[name][end])
    return joints


def _tidy(stem: str) -> str:
    """A file's stem as an item's name: anything unusual becomes an underscore."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in stem).lstrip("_-")


def axes(up_axis: str, front: str) -> np.ndarray:
    """(3, 3) rotation from the file's axes to the prop's: +X front, +Y left, +Z up."""
    ahead, up = (np.eye(3)["xyz".index(a[1])] * (1 if a[0] == "+" else -1) for a in (front, up_axis))
    return np.stack([ahead, np.cross(up, ahead), up])


def own_from_blender(file: str | Path, up_axis: str, front: str) -> np.ndarray:
    """(3, 3) rotation from what Blender's importer shows (Z up) to the prop's own axes.

    Args:
        file: whose format decides what axes a manifest means. up_axis, front: as in the manifest.
    """
    turn = axes(up_axis, front)
    if Path(file).suffix.lower() in (".glb", ".gltf", ".obj"):  # their importers turn +y up to +Z up
        turn = turn @ np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]])
    return turn


def _files(folder: Path, terms: Terms) -> list[str]:
    """Every file in the folder and below that can be an item of this kind, hidden ones left out, sorted."""
    formats = SHAPE_SUFFIXES if terms.shaped else terms.suffixes
    files = (f.relative_to(folder) for f in folder.rglob("*") if f.suffix.lower() in formats)
    if terms.kind == "material":
        files = (f for f in files if f.suffix.lower() == ".blend" or map_of(f.name)[0] == "albedo")
    return sorted(f.as_posix() for f in files if not any(part.startswith(".") for part in f.parts))
