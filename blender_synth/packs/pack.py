"""A checked asset pack: a folder with a `pack.yaml` and files. What is wrong with one is found without Blender."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np

from blender_synth.errors import AssetError
from blender_synth.packs.glb import bounding_box_m, check_references, read_document
from blender_synth.packs.manifest import (
    HEAD_KEYS,
    MANIFEST,
    SHAPED_KINDS,
    SIZE_KEYS,
    Head,
    Named,
    PropTerms,
    Terms,
    read_manifest,
    terms_class,
    validated,
)


@dataclass(frozen=True, eq=False)
class Item:
    """One thing in a pack, checked.

    Attributes:
        name: unique in the pack. file: relative to the pack's folder, with forward slashes; may be empty for kinds
            that are no shapes.
        terms: `PropTerms` of a prop, `PersonTerms` of a person; of another kind whatever the manifest says.
        box_m: (2, 3) bounding box of such a shape in its own axes (+X front, +Y left, +Z up), in the file's
            own scale; None for other kinds.
    """

    name: str
    file: str
    terms: Any
    box_m: np.ndarray | None = None

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
        turn = axes(self.terms.up_axis, self.terms.front)
        return {name: turn @ np.array(point) for name, point in self.terms.keypoints.items()}


@dataclass(frozen=True, eq=False)
class Pack:
    """A checked pack.

    Attributes:
        folder: absolute. name: unique among the packs of a run. kind: what its items are unless they say otherwise.
        extra: keys of the manifest that only the pack's kind knows.
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

    def item(self, name: str) -> Item:
        """The item of that name.

        Raises:
            AssetError: there is none.
        """
        for item in self.items:
            if item.name == name:
                return item
        names = ", ".join(item.name for item in self.items)
        raise AssetError("the pack has no such item", file=self.folder, value=name, mend=f"use one of: {names}")


def load_pack(folder: Path) -> Pack:
    """Read and check a pack.

    Args:
        folder: the folder that holds `pack.yaml`.

    Raises:
        AssetError: with the file, the key, the value and the mend.
    """
    folder = folder.resolve()
    manifest = folder / MANIFEST
    data = read_manifest(manifest)
    own = {key: data[key] for key in HEAD_KEYS if key in data}
    shared = {key: value for key, value in data.items() if key not in HEAD_KEYS}
    head = validated(Head, own, manifest, "")
    shared.setdefault("category", head.name.lower())
    terms = validated(terms_class(shared), shared, manifest, "")
    entries = head.items
    if entries is None:
        entries = [{"file": f} for f in shape_files(folder)] if terms.kind in SHAPED_KINDS else []
        if not entries and terms.kind in SHAPED_KINDS:
            raise AssetError("the pack is empty", file=folder, mend="put .glb files beside its pack.yaml")
    items = tuple(item_of(folder, manifest, shared, entry, f"items[{n}]") for n, entry in enumerate(entries))
    seen: dict[str, str] = {}
    for item in items:
        if item.name in seen:
            mend = f"{seen[item.name]!r} and {item.file!r} need different names: set `name` in items"
            raise AssetError(
                "two items of the pack have one name", file=manifest, key="items", value=item.name, mend=mend
            )
        seen[item.name] = item.file
    return Pack(
        folder=folder,
        name=head.name,
        kind=terms.kind,
        licence=terms.licence,
        author=terms.author,
        source=terms.source,
        version=head.version,
        items=items,
        extra=terms.model_extra or {},
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
            mend="write it from the pack's folder on, with forward slashes",
        )
    file = (folder / relative).resolve()
    if not file.is_relative_to(folder):
        raise AssetError(
            "a path leads out of its pack",
            file=manifest,
            key=key,
            value=relative,
            mend="copy the file into the pack's folder",
        )
    if not file.is_file():
        raise AssetError(
            "the file is missing",
            file=file,
            key=f"{key} in {manifest}",
            value=relative,
            mend="add it or correct the path",
        )
    return file


def item_of(folder: Path, manifest: Path, shared: Mapping[str, Any], entry: Mapping[str, Any], key: str) -> Item:
    """One entry of a manifest as a checked item.

    Args:
        folder: the pack's, resolved. shared: terms of the pack. entry: the item's own. key: where it stands.

    Raises:
        AssetError: the first thing wrong.
    """
    if shared.get("kind", "prop") != entry.get("kind", shared.get("kind", "prop")):
        shared = {k: v for k, v in shared.items() if k in Terms.model_fields}
    elif any(size in entry for size in SIZE_KEYS):
        shared = {k: v for k, v in shared.items() if k not in SIZE_KEYS}
    own = {k: v for k, v in entry.items() if k not in ("name", "file")}
    terms = validated(terms_class({**shared, **own}), {**shared, **own}, manifest, key)
    relative = entry.get("file", "")
    if not isinstance(relative, str) or (terms.kind in SHAPED_KINDS and not relative.lower().endswith(".glb")):
        mend = "name a .glb file; convert other formats with Blender's own export"
        raise AssetError(
            f"a {terms.kind} needs a .glb file", file=manifest, key=f"{key}.file", value=relative, mend=mend
        )
    name = validated(Named, {"name": entry.get("name", _tidy(Path(relative).stem))}, manifest, key).name
    file = file_in_pack(folder, relative, manifest, f"{key}.file") if relative else None
    if terms.kind not in SHAPED_KINDS:
        return Item(name=name, file=relative, terms=terms)
    document = read_document(file)
    check_references(file, document, lambda uri: file_in_pack(folder, _beside(file, folder, uri), file, "uri"))
    box = _turned(bounding_box_m(file, document), terms)
    if terms.height_m is not None and box[1, 2] <= box[0, 2]:
        raise AssetError(
            "the file is flat, so height_m cannot be met",
            file=file,
            key=f"{key}.height_m",
            value=terms.height_m,
            mend="use scale, or turn up_axis",
        )
    return Item(name=name, file=file.relative_to(folder).as_posix(), terms=terms, box_m=box)


def _tidy(stem: str) -> str:
    """A file's stem as an item's name: anything unusual becomes an underscore."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in stem).lstrip("_-")


def _beside(file: Path, folder: Path, uri: str) -> str:
    """A `.glb`'s uri as a path from the pack's folder on."""
    if uri.startswith("/"):
        return uri
    return os.path.normpath((file.parent.relative_to(folder) / uri).as_posix())


def axes(up_axis: str, front: str) -> np.ndarray:
    """(3, 3) rotation from the file's axes to the prop's: +X front, +Y left, +Z up."""
    ahead, up = (np.eye(3)["xyz".index(a[1])] * (1 if a[0] == "+" else -1) for a in (front, up_axis))
    return np.stack([ahead, np.cross(up, ahead), up])


def _turned(box_m: np.ndarray, terms: PropTerms) -> np.ndarray:
    return np.sort(box_m @ axes(terms.up_axis, terms.front).T, axis=0)


def shape_files(folder: Path) -> list[str]:
    """Every `.glb` in the folder and below, hidden ones left out, sorted."""
    files = (f.relative_to(folder) for f in folder.rglob("*") if f.suffix.lower() == ".glb")
    return sorted(f.as_posix() for f in files if not any(part.startswith(".") for part in f.parts))
