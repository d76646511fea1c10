"""What a pack takes of its folder and what it leaves out, with the entries that would take the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from blender_synth.errors import AssetError
from blender_synth.packs.data_files import IMAGE_SUFFIXES
from blender_synth.packs.drafts import item_files
from blender_synth.packs.kinds import terms_class, terms_classes
from blender_synth.packs.manifest import MANIFEST, read_manifest
from blender_synth.packs.safety import SHAPE_SUFFIXES

_MOST_SHOWN = 5


@dataclass(frozen=True)
class Taken:
    """Files of a pack's folder, as paths in it.

    Attributes:
        listed: whether the manifest has `items`. kind: of items without one of their own.
        taken: files of items. left: files that could be items, by the kind that they would be.
        images: other pictures: textures of models, perhaps.
    """

    listed: bool
    kind: str
    taken: tuple[str, ...]
    left: Mapping[str, tuple[str, ...]]
    images: tuple[str, ...]


def taken_of(folder: Path) -> Taken | None:
    """What the pack in a folder takes; None where its manifest cannot be read."""
    try:
        data = read_manifest(folder / MANIFEST)
    except AssetError:
        return None
    kind = str(data.get("kind", "prop"))
    items = data.get("items")
    if isinstance(items, list):
        taken = [str(entry["file"]) for entry in items if isinstance(entry, Mapping) and entry.get("file")]
        for entry in items:
            if isinstance(entry, Mapping) and isinstance(entry.get("maps"), Mapping):
                taken += [str(file) for file in entry["maps"].values()]
    else:
        taken = item_files(folder, terms_class(kind))
    used = set(taken)
    left: dict[str, tuple[str, ...]] = {}
    for other, terms in terms_classes().items():
        if terms.shaped or (other == kind and not isinstance(items, list)):
            continue
        files = [f for f in item_files(folder, terms) if f not in used and Path(f).suffix.lower() not in SHAPE_SUFFIXES]
        if found := tuple(files):
            left[other] = found
            used |= set(found)
    every = (f for f in sorted(folder.rglob("*")) if f.suffix.lower() in IMAGE_SUFFIXES and f.is_file())
    names = (f.relative_to(folder) for f in every)
    images = tuple(n.as_posix() for n in names if n.as_posix() not in used and not _hidden(n))
    return Taken(isinstance(items, list), kind, tuple(taken), left, images)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def lines(found: Taken) -> Iterator[str]:
    """What was taken and left out, for people; nothing where there is nothing to say."""
    if not found.left and found.listed:
        return
    if not found.listed:
        kind = "model" if found.kind == "prop" else f"file of the kind {found.kind}"
        yield f"took {_some(found.taken)}: without `items` in {MANIFEST}, every {kind} is an item"
    counts = [f"{len(files)} that could be of the kind {kind} ({_some(files)})" for kind, files in found.left.items()]
    if counts:
        yield f"left out {', '.join(counts)}"
    if found.images and counts:
        yield f"{len(found.images)} other images ({_some(found.images)}): perhaps textures of models or materials"
    if not counts:
        return
    yield "to take them, list them" + (":" if found.listed else ", together with the others:")
    yield "    items:" if not found.listed else "    # below items:"
    entries = [("", file) for file in found.taken if not found.listed]
    entries += [(kind, file) for kind, files in found.left.items() for file in files]
    for kind, file in entries[: 3 * _MOST_SHOWN]:
        head = f"kind: {kind}, " if kind else ""
        yield f"      - {{{head}file: {file}{', tile_m: 1.0' if kind == 'material' else ''}}}"
    if len(entries) > 3 * _MOST_SHOWN:
        yield f"      # ... {len(entries)} in all"


def _some(files: tuple[str, ...]) -> str:
    return ", ".join(files[:_MOST_SHOWN]) + (f", ... ({len(files)})" if len(files) > _MOST_SHOWN else "") or "nothing"
