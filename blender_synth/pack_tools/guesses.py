"""What a folder of files could be as an asset pack: kinds, categories and sizes, guessed from names and contents."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from typing import Any

import numpy as np

from blender_synth.errors import AssetError
from blender_synth.packs.axes import item_from_blender
from blender_synth.packs.data_files import IMAGE_SUFFIXES, map_of
from blender_synth.packs.drafts import name_from
from blender_synth.packs.ingest import Description, FlawedError, Shape, describe
from blender_synth.packs.kinds.person import SKELETONS
from blender_synth.packs.report import ItemReport
from blender_synth.packs.rules import USUAL_M, unit_of, usual_range
from blender_synth.packs.safety import SHAPE_SUFFIXES

MOST_FILES, MOST_MODELS = 10_000, 1_000
"""More than these are no pack; the folder is refused."""
_PEOPLE = {"person", "people", "pedestrian", "man", "woman", "boy", "girl", "child", "human", "character"}
_INDOORS = {"chair", "sofa", "armchair", "table", "desk", "bed", "shelf", "wardrobe", "stool"}
_ROAD = {"car", "van", "truck", "bus"}
_NO_ITEMS = {".mtl", ".bin", ".yaml", ".yml", ".md"}
"""Parts of models, and documents."""
_MIRROR = re.compile(r"mirror|glass|reflect", re.IGNORECASE)
_LICENCES = (
    ("CC0-1.0", r"CC0|Creative Commons Zero|public domain dedication"),
    ("CC-BY-SA-4.0", r"CC[ -]BY[ -]SA|Attribution-ShareAlike 4\.0"),
    ("CC-BY-4.0", r"CC[ -]BY[ -]4\.0|Attribution 4\.0"),
    ("MIT", r"\bMIT License\b"),
)
_LICENCE_FILE = re.compile(r"(licen[cs]e|copying|readme).*", re.IGNORECASE)
_READ_BYTES = 20_000


@dataclass(frozen=True)
class Guess:
    """One item.

    Attributes:
        values: of its entry in the manifest, in order. why: what a guessed value was guessed from, by its key.
        note: about the whole item, "" for none.
    """

    values: Mapping[str, Any]
    why: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True)
class Guesses:
    """A folder.

    Attributes:
        items: in the order of their files. left: what is no item, with the reason. licence: SPDX id and the file that
            names it; None if none does.
    """

    items: tuple[Guess, ...]
    left: tuple[tuple[str, str], ...]
    licence: tuple[str, str] | None = None


def files_of(folder: Path) -> tuple[list[Path], list[tuple[str, str]]]:
    """Regular files in and below a folder, relative to it and sorted, and what was left out with the reason.

    Links are left out, as are hidden files.

    Raises:
        AssetError: there are too many, or the folder cannot be read.
    """
    files: list[Path] = []
    left: list[tuple[str, str]] = []

    def stop(error: OSError) -> None:
        raise AssetError("the folder cannot be read", file=error.filename, hint=error.strerror or str(error))

    for place, folders, names in os.walk(folder, onerror=stop):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(folders + names):
            path = Path(place, name)
            relative = path.relative_to(folder)
            if path.is_symlink():
                left.append((relative.as_posix(), "a link; copy the file itself"))
                if name in folders:
                    folders.remove(name)
            elif name not in names or name.startswith(".") or not path.is_file():
                continue
            elif PureWindowsPath(relative).drive or "\\" in name or not name.isprintable():
                left.append((relative.as_posix(), "no manifest can name it; rename it"))
            else:
                files.append(relative)
        if len(files) > MOST_FILES:
            hint = "give a folder that holds the files of one pack"
            raise AssetError(f"the folder holds more than {MOST_FILES} files", file=folder, hint=hint)
    return sorted(files), left


def guess(folder: Path) -> Guesses:
    """Guess the items of a folder. Models are opened by Blender, within the limits that hold for packs.

    Args:
        folder: resolved.

    Raises:
        AssetError: there are too many files, or the folder cannot be read.
    """
    files, left = files_of(folder)
    models = [file for file in files if file.suffix.lower() in SHAPE_SUFFIXES]
    if len(models) > MOST_MODELS:
        hint = "give a folder that holds the models of one pack"
        raise AssetError(f"the folder holds {len(models)} models", file=folder, hint=hint)
    found: dict[Path, Guess] = {}
    shapes = [Shape(folder / file, folder, bones=True) for file in models]
    for file, description in zip(models, describe(shapes), strict=True):
        if isinstance(description, AssetError) and not isinstance(description, FlawedError):
            left.append((file.as_posix(), f"not usable: {description.problem}"))
            continue
        measured = description.description if isinstance(description, FlawedError) else description
        found[file] = _model(file, measured)
    sets = {_set_of(file) for file in files if _is_image(file) and map_of(file.name)[0] == "albedo"}
    for file in files:
        suffix, (role, name) = file.suffix.lower(), map_of(file.name)
        if file in found or suffix in SHAPE_SUFFIXES:
            continue
        if _is_image(file) and role == "albedo" and _stands_alone(file, files):
            maps = sorted({map_of(f.name)[0] for f in files if _is_image(f) and _set_of(f) == _set_of(file)} - {""})
            values = {"name": name_from(name), "file": file.as_posix(), "kind": "material", "tile_m": 1.0}
            found[file] = Guess(values, {"kind": f"a set of textures ({', '.join(maps)})",
                                         "tile_m": "width of the picture in metres; measure it"})  # fmt: skip
        elif suffix == ".hdr" or (suffix == ".exr" and not role):
            found[file] = Guess({"file": file.as_posix(), "kind": "sky"}, {"kind": f"{suffix} file"})
        elif suffix == ".bvh":
            found[file] = Guess({"file": file.as_posix(), "kind": "motion"}, {"kind": ".bvh file"})
        elif _is_image(file) and _set_of(file) in sets:
            continue  # a map of a set of textures, found beside its albedo
        elif _is_image(file):
            left.append((file.as_posix(), "an image; perhaps a texture of a model"))
        elif suffix not in _NO_ITEMS:
            left.append((file.as_posix(), f"no format of items ({suffix or 'no ending'})"))
    items = _named(found[file] for file in sorted(found))
    return Guesses(tuple(items), tuple(sorted(left)), _licence(folder, files))


def _is_image(file: Path) -> bool:
    return file.suffix.lower() in IMAGE_SUFFIXES


def _set_of(file: Path) -> tuple[Path, str]:
    return file.parent, map_of(file.name)[1]


def _stands_alone(albedo: Path, files: Sequence[Path]) -> bool:
    """Whether a texture is a material of its own rather than a texture of a model: it has other maps beside it, or
    no model is in its folder or above."""
    beside = any(f != albedo and _is_image(f) and map_of(f.name)[0] and _set_of(f) == _set_of(albedo) for f in files)
    above = {albedo.parent, *albedo.parent.parents}
    near_model = any(f.suffix.lower() in SHAPE_SUFFIXES and f.parent in above for f in files)
    return beside or not near_model


def _words(file: Path) -> list[str]:
    text = re.sub(r"([a-z])([A-Z])", r"\1_\2", file.stem)
    return [word for word in re.split(r"[^a-z]+", text.lower()) if word]


def _model(file: Path, measured: Description) -> Guess:
    values: dict[str, Any] = {"file": file.as_posix()}
    why: dict[str, str] = {}
    words = _words(file)
    bones = set(measured.bones)
    rig = next((name for name, joints in SKELETONS.items() if set(joints.values()) <= bones), "")
    pane = next((name for name in measured.materials if _MIRROR.search(name)), "")
    category = next((name for name in ("_".join(words), *reversed(words)) if name in USUAL_M), "")
    if rig or _PEOPLE & set(words):
        values["kind"] = "person"
        why["kind"] = f"its skeleton is {rig}" if rig else "its name"
        if rig:
            values["skeleton"] = rig
    elif "mirror" in words and pane:
        values |= {"kind": "mirror", "surface": {"material": pane}}
        why |= {"kind": "its name", "surface": "the name of the material"}
    else:
        values["category"] = category or "_".join(words) or "object"
        why["category"] = "its name"
        stands = "parking" if category in _ROAD else "indoors" if category in _INDOORS else "pavement"
        values["stands"], why["stands"] = [stands], "where such things are"
    turn = item_from_blender(file.name, *_axes(file))
    box = np.sort(measured.box_m @ turn.T, axis=0)
    kind = str(values.get("kind", "prop"))
    report = ItemReport(file.stem, file.as_posix(), kind, str(values.get("category", "")))
    _, usual_m = usual_range(report)
    longest_m = float((box[1] - box[0]).max())
    if not usual_m[0] <= longest_m <= usual_m[1] and (unit := unit_of(longest_m, usual_m)):
        values["scale"], why["scale"] = unit[1], f"the file seems to be in {unit[0]}"
    size = " x ".join(f"{side * values.get('scale', 1):.2f}" for side in box[1] - box[0])
    return Guess(values, why, f"{size} m (depth, width, height)")


def _axes(file: Path) -> tuple[str, str]:
    return ("+y", "+z") if file.suffix.lower() in (".glb", ".gltf", ".obj") else ("+z", "-y")


def _named(items: Iterable[Guess]) -> list[Guess]:
    """The items with names where those of their files are not unique, or begin with a character that names cannot."""
    taken: set[str] = set()
    named = []
    for item in items:
        wanted = str(item.values.get("name") or name_from(Path(str(item.values["file"])).stem)) or "item"
        name, number = wanted, 2
        while name in taken:
            name, number = f"{wanted}_{number}", number + 1
        taken.add(name)
        values = dict(item.values)
        if name != name_from(Path(str(values["file"])).stem):
            values = {"name": name, **{key: value for key, value in values.items() if key != "name"}}
        else:
            values.pop("name", None)
        named.append(Guess(values, item.why, item.note))
    return named


def _licence(folder: Path, files: Sequence[Path]) -> tuple[str, str] | None:
    for file in files:
        if len(file.parts) == 1 and _LICENCE_FILE.fullmatch(file.name) and file.suffix.lower() in ("", ".txt", ".md"):
            with (folder / file).open("rb") as stream:
                text = stream.read(_READ_BYTES).decode("utf-8", "replace")
            for name, pattern in _LICENCES:
                if re.search(pattern, text, re.IGNORECASE):
                    return name, file.as_posix()
    return None
