"""Finding and reading libraries."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath

from blender_synth.errors import AssetError
from blender_synth.packs.sweethome3d.categories import BUILDING_SHELVES, BY_NAME, category_of
from blender_synth.packs.sweethome3d.piece import Piece
from blender_synth.packs.sweethome3d.text import parse_properties, spdx_id
from blender_synth.packs.sweethome3d.unpacking import leads_out, opened, read_entry

DEBIAN_FOLDER = Path("/usr/share/sweethome3d/furniture")
"""Where the package `sweethome3d-furniture` of Debian and Ubuntu installs its five libraries."""
SUFFIX = ".sh3f"
_LARGEST_CATALOGUE_BYTES = 8 * 2**20
_LARGEST_LICENCE_BYTES = 2**20
_CATALOGUE = "PluginFurnitureCatalog.properties"
_LARGEST_M = 100.0
_EMPTY_WORDS = {"blend", "swap", "and", "with", "living", "room", "miscellaneous", "exterior", "doors", "windows", "in"}

HOLDERS = {
    "SweetHome3D#ScopiaModels": (
        "Scopia Visual Interfaces Systems, s.l. (http://www.scopia.es) and Emmanuel Puybaret / eTeks <info@eteks.com>"
    ),
    "SweetHome3D#KatorLegazModels": "Andrew Kator & Jennifer Legaz",
    "SweetHome3D#ReallusionModels": "Reallusion (http://www.reallusion.com)",
}
"""Authors as the LICENSE.TXT of a library wants them named, where the catalogue has a short form only."""


def find_libraries(source: Path | None) -> list[Path]:
    """The `.sh3f` files at `source`: one, or all of a folder; by default what Debian's package installs.

    Raises:
        AssetError: there are none.
    """
    place = DEBIAN_FOLDER if source is None else source.expanduser()
    found = sorted(place.glob(f"*{SUFFIX}")) if place.is_dir() else [place] if place.is_file() else []
    if not found:
        hint = "apt-get install sweethome3d-furniture, or name a .sh3f file or a folder of them"
        raise AssetError("there is no furniture library of Sweet Home 3D", file=place, hint=hint)
    return found


def read_libraries(files: Iterable[Path]) -> tuple[list[Piece], list[str]]:
    """All usable pieces of some libraries, with unique names, and a line for each problem of the others.

    Raises:
        AssetError: a library that cannot be read at all.
    """
    pieces: list[Piece] = []
    problems: list[str] = []
    taken: set[str] = set()
    for file in files:
        found, of_library = _read_library(file)
        problems += [f"{file.name}: {line}" for line in of_library]
        for piece in found:
            name, number = piece.name, 2
            while name in taken:
                name, number = f"{piece.name}_{number}", number + 1
            taken.add(name)
            pieces.append(replace(piece, name=name))
    return pieces, problems


def _read_library(file: Path) -> tuple[list[Piece], list[str]]:
    with opened(file) as archive:
        try:
            info = archive.getinfo(_CATALOGUE)
        except KeyError:
            hint = f"a furniture library of Sweet Home 3D contains a {_CATALOGUE}"
            raise AssetError("the file is not a furniture library", file=file, hint=hint) from None
        catalogue = parse_properties(read_entry(archive, info, file, _LARGEST_CATALOGUE_BYTES))
        names = {name.lower(): name for name in archive.namelist()}
        terms = _text_of(archive, names.get("license.txt"), file)
        licence = spdx_id(catalogue.get("license", "")) or spdx_id(terms)
        licence_files: dict[str, list[str]] = {}
        for name in archive.namelist():
            path = PurePosixPath(name)
            if "licen" in path.name.lower() and len(path.parts) > 1:
                licence_files.setdefault(str(path.parent), []).append(name)
        pieces, problems = [], []
        numbers = sorted({int(m[1]) for key in catalogue if (m := re.fullmatch(r"model#(\d{1,9})", key))})
        for number in numbers:
            entry = {key.split("#")[0]: v for key, v in catalogue.items() if key.endswith(f"#{number}")}
            own_terms = "".join(
                _text_of(archive, n, file) for n in licence_files.get(str(PurePosixPath(entry["model"][1:]).parent), ())
            )
            try:
                pieces.append(_piece(file, catalogue, entry, spdx_id(own_terms) or licence, own_terms))
            except ValueError as error:
                problems.append(f"{entry.get('id', f'piece {number}')}: {error}")
    return pieces, problems


def _piece(file: Path, catalogue: dict[str, str], entry: dict[str, str], licence: str, terms: str) -> Piece:
    """The piece of an entry of the catalogue.

    Raises:
        ValueError: what is wrong with the entry.
    """
    model = entry["model"].lstrip("/")
    if leads_out(model):
        raise ValueError(f"its model leads out of the library: {entry['model']!r}")
    if not licence:
        raise ValueError("neither it nor its library states a licence")
    width_m, depth_m, height_m = (_number(entry, key) / 100 for key in ("width", "depth", "height"))
    size_m = (width_m, depth_m, height_m)
    if not all(0 < length <= _LARGEST_M for length in size_m):
        raise ValueError(f"its size cannot be used: {' x '.join(f'{length:g}' for length in size_m)} m")
    rotation = tuple(float(part) for part in entry.get("modelRotation", "").split())
    if len(rotation) not in (0, 9):
        raise ValueError(f"its modelRotation needs nine numbers, not {len(rotation)}")
    title, shelf = entry.get("name", "").strip() or PurePosixPath(model).stem, entry.get("category", "").strip()
    category, stands = category_of(title, shelf)
    words = [word for text in (title, shelf, entry.get("tags", "")) for word in re.split(r"[^a-z0-9]+", text.lower())]
    others = {kind for _, kind, _ in BY_NAME} - {category}  # a piano bench must not get the tag bench
    elevated = float(entry.get("elevation") or 0) > 0
    if max(size_m) < 0.35 and shelf not in BUILDING_SHELVES and category not in ("person", "figure"):
        stands = ("table",)
    flat = size_m[2] < 0.03 and stands != ("table",)
    page = re.search(r"https?://www\.blendswap\.com/blends/view/\d+", terms)
    library = f"{catalogue.get('name', file.stem)} {catalogue.get('version', '')}".strip()
    identity = entry.get("id", title)
    author = HOLDERS.get(catalogue.get("id", ""), entry.get("creator", "").strip())
    if licence.startswith("CC-BY") and not author:
        raise ValueError(f"{licence} asks for the author's name, which is missing")
    return Piece(
        library=file,
        id=identity,
        name=_file_name(PurePosixPath(model).stem),
        title=title,
        model=model,
        shelf=shelf,
        category=category,
        stands=stands,
        tags=tuple(dict.fromkeys(w for w in words if len(w) > 1 and w not in _EMPTY_WORDS and w not in others)),
        weight=0.0 if elevated or flat or shelf in BUILDING_SHELVES else 1.0,
        size_m=size_m,
        rotation=rotation,
        licence=licence,
        author=author,
        source=f"{page[0] + ', in ' if page else ''}Sweet Home 3D's library {library} ({identity})",
    )


def _text_of(archive: zipfile.ZipFile, name: str | None, file: Path) -> str:
    if name is None:
        return ""
    return read_entry(archive, archive.getinfo(name), file, _LARGEST_LICENCE_BYTES).decode("latin-1")


def _number(entry: dict[str, str], key: str) -> float:
    try:
        return float(entry[key])
    except KeyError:
        raise ValueError(f"it has no {key}") from None


def _file_name(stem: str) -> str:
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_").lower() or "piece"
