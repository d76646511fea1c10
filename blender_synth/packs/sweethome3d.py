"""Reads furniture libraries of Sweet Home 3D (`.sh3f`): what is in them, on what terms, how large. No Blender.

A `.sh3f` is a zip with a Java properties file, `PluginFurnitureCatalog.properties`, that numbers its pieces from 1
(`name#1`, `model#1`, `width#1` in cm ...), and the models it names. Format: the documentation of Sweet Home 3D's
Furniture Library Editor (https://www.sweethome3d.com/importModels.jsp). The models are Wavefront OBJ, +Y up and +Z to
the front; a piece's width, height and depth lie along their X, Y and Z once `modelRotation` has turned them.

A library is a stranger's file: nothing in it is run, and no entry of the zip is read before its name, its size and
what it unpacks to have been found harmless.
"""

from __future__ import annotations

import re
import stat
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from blender_synth.errors import AssetError

DEBIAN_FOLDER = Path("/usr/share/sweethome3d/furniture")
"""Where Debian's and Ubuntu's `sweethome3d-furniture` puts its five libraries."""
SUFFIX = ".sh3f"
LARGEST_ENTRY_BYTES = 64 * 2**20
LARGEST_PIECE_BYTES = 256 * 2**20
MOST_ENTRIES = 20_000
MOST_FILES_OF_PIECE = 200
_LARGEST_CATALOGUE_BYTES = 8 * 2**20
_LARGEST_LICENCE_BYTES = 2**20
_HIGHEST_RATIO = 1000
_REFERENCES = ("mtllib", "bump", "disp", "decal", "refl", "norm")
_CATALOGUE = "PluginFurnitureCatalog.properties"
_LARGEST_M = 100.0
_ESCAPES = {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}
_EMPTY_WORDS = {"blend", "swap", "and", "with", "living", "room", "miscellaneous", "exterior", "doors", "windows", "in"}

HOLDERS = {
    "SweetHome3D#ScopiaModels": (
        "Scopia Visual Interfaces Systems, s.l. (http://www.scopia.es) and Emmanuel Puybaret / eTeks <info@eteks.com>"
    ),
    "SweetHome3D#KatorLegazModels": "Andrew Kator & Jennifer Legaz",
    "SweetHome3D#ReallusionModels": "Reallusion (http://www.reallusion.com)",
}
"""Whom the LICENSE.TXT of a library asks to name, where the catalogue has a short form only."""

_KINDS: tuple[tuple[str, str, tuple[str, ...]], ...] = (  # words of a name, category, where such a thing stands
    ("bicycle|bike", "bicycle", ("pavement",)),
    ("motorbike|yamaha", "motorcycle", ("road",)),
    ("scooter", "scooter", ("pavement", "road")),
    ("skateboard|tricycle", "toy", ("pavement",)),
    ("stroller", "stroller", ("pavement", "indoors")),
    ("wheelchair", "wheelchair", ("pavement", "indoors")),
    ("bus", "bus", ("road",)),
    ("truck|van|fork lift", "truck", ("road",)),
    ("car model|toy|teddy|doll|rocking horse|biplane|puzzle|xylophone", "toy", ("indoors",)),
    ("car|suv|sedan|focus|beetle|seat leon|peugeot|renault|chevrolet", "car", ("road",)),
    ("trashcan|trash can|dustbin|recycling bin", "bin", ("pavement", "indoors")),
    ("mailbox|letters box", "mailbox", ("pavement", "wall")),
    ("hydrant", "hydrant", ("pavement",)),
    ("railing|fence", "railing", ("pavement",)),
    ("cone", "cone", ("pavement", "road")),
    ("pallet|crate|barrel|cardboard box", "crate", ("pavement", "indoors")),
    ("suitcase|briefcase|backpack|handbag", "bag", ("pavement", "indoors")),
    ("treadmill|abdominal bench|fitness|indoor bike|punching ball", "gym", ("indoors",)),
    ("piano bench", "stool", ("indoors",)),
    ("bench|wood bank|little bank", "bench", ("pavement",)),
    ("street lamp|street light|lamppost|park light|classic lamppost", "lamp_post", ("pavement",)),
    ("deck chair|beach chair|teck chair|pool lounge|relax chair", "chair", ("pavement", "indoors")),
    ("sofa|couch|futon couch", "sofa", ("indoors",)),
    ("armchair", "armchair", ("indoors",)),
    ("stool|puff", "stool", ("indoors",)),
    ("chair|class seat", "chair", ("indoors",)),
    ("desk lamp|little lamp|lamp|candle|lantern", "lamp", ("indoors",)),
    ("desk", "desk", ("indoors",)),
    ("pool table|football table|table tennis|flipper|dart game", "game", ("indoors",)),
    ("table fan|fan", "fan", ("indoors",)),
    ("table", "table", ("indoors",)),
    ("bookcase|shelves|cupboard|wardrobe|cabinet|dresser|vanity|chest|filing", "shelf", ("indoors",)),
    ("bed|crib|futon|mattress|hammock|sleeping bag|tatami", "bed", ("indoors",)),
    ("water cooler", "water_cooler", ("indoors",)),
    ("piano|guitar", "instrument", ("indoors",)),
    ("hedge|bush", "plant", ("pavement",)),
    ("flower box|plant box", "planter", ("pavement",)),
    (
        "acacia|palm|pine|coconut|maple|poplar|cypress|beech|sycamore|peach blossom|avenue tree|basic tree|little tree",
        "tree",
        ("pavement",),
    ),
    ("christmas tree", "plant", ("indoors",)),
    ("plant|ficus|cactus|yucca|bamboo|tulips|lily|flowers|orchids|spathiphyllum|bonsai", "plant", ("indoors",)),
    ("cat|dog|horse|chicken|rabbit|bulldog", "animal", ("pavement",)),
)
_OF_CATALOGUE = {
    "Exterior": ("street_furniture", ("pavement",)),
    "Vehicles": ("vehicle", ("road",)),
    "Bathroom": ("bathroom", ("indoors",)),
    "Kitchen": ("kitchen", ("indoors",)),
    "Lights": ("lamp", ("indoors",)),
}
_UNPLACED = ("Doors and windows", "Staircases")


@dataclass(frozen=True)
class Piece:
    """One thing of a library.

    Attributes:
        library: the `.sh3f`. id: of the piece, as the catalogue has it. name: unique in what is read together, fit for
            a file. title: as the catalogue shows it. model: path of its model in the zip.
        shelf: category in the catalogue. category, stands: of the prop that it becomes.
        weight: 0 for what does not stand on the ground by itself.
        size_m: (width, depth, height).
        rotation: row-major 3 x 3, in the model's axes, to be applied before it is scaled; empty for none.
        licence: SPDX id. author, source: to be named with it.
    """

    library: Path
    id: str
    name: str
    title: str
    model: str
    shelf: str
    category: str
    stands: tuple[str, ...]
    tags: tuple[str, ...]
    weight: float
    size_m: tuple[float, float, float]
    rotation: tuple[float, ...]
    licence: str
    author: str
    source: str

    @property
    def is_person(self) -> bool:
        """Whether this is a person who stands."""
        return self.category == "person"

    def terms(self) -> dict[str, object]:
        """Its entry in a `pack.yaml`; the `.glb` has its size."""
        common: dict[str, object] = {"file": f"{self.name}.glb", "name": self.name}
        if self.is_person:
            common |= {"kind": "person", "height_m": round(self.size_m[2], 3)}
        else:
            common |= {"category": self.category, "stands": list(self.stands)}
        common |= {"tags": list(self.tags), "weight": self.weight}
        return common | {"licence": self.licence, "author": self.author, "source": self.source}


def find_libraries(source: Path | None) -> list[Path]:
    """The `.sh3f` files at `source`: one, or all of a folder; by default what Debian's package installs.

    Raises:
        AssetError: there are none.
    """
    place = DEBIAN_FOLDER if source is None else source.expanduser()
    found = sorted(place.glob(f"*{SUFFIX}")) if place.is_dir() else [place] if place.is_file() else []
    if not found:
        hint = "apt-get install sweethome3d-furniture, or name a .sh3f file or a folder of them"
        raise AssetError("no furniture library of Sweet Home 3D is there", file=place, hint=hint)
    return found


def read_libraries(files: Iterable[Path]) -> tuple[list[Piece], list[str]]:
    """All pieces of some libraries, with names unique among them, and what was wrong with others, a line each.

    Raises:
        AssetError: a library that cannot be read at all.
    """
    pieces: list[Piece] = []
    problems: list[str] = []
    taken: set[str] = set()
    for file in files:
        own, wrong = _read_library(file)
        problems += [f"{file.name}: {line}" for line in wrong]
        for piece in own:
            name, number = piece.name, 2
            while name in taken:
                name, number = f"{piece.name}_{number}", number + 1
            taken.add(name)
            pieces.append(replace(piece, name=name))
    return pieces, problems


def unpack(piece: Piece, folder: Path) -> tuple[Path, list[str]]:
    """Write a piece's model, and what lies beside it in the library, into an empty folder.

    Returns:
        The model, and what it refers to outside of its folder, which is left out.

    Raises:
        AssetError: an entry that leads elsewhere, is no plain file, or is too large; or the model is not there.
    """
    with _opened(piece.library) as archive:
        inside = str(PurePosixPath(piece.model).parent)
        members = [info for info in archive.infolist() if not info.is_dir() and _lies_in(info.filename, inside)]
        if len(members) > MOST_FILES_OF_PIECE:
            raise _refused(piece, f"has {len(members)} files beside it; at most {MOST_FILES_OF_PIECE} are read")
        left, dropped = LARGEST_PIECE_BYTES, []
        for info in members:
            data = _read_entry(archive, info, piece.library, min(left, LARGEST_ENTRY_BYTES))
            left -= len(data)
            target = folder / PurePosixPath(info.filename).relative_to(inside)
            if target.suffix.lower() in (".obj", ".mtl"):
                data, outside = _without_outside_references(data)
                dropped += outside
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    model = folder / PurePosixPath(piece.model).name
    if not model.is_file():
        raise _refused(piece, f"names a model that the library does not hold: {piece.model}")
    if model.suffix.lower() != ".obj":
        raise _refused(piece, f"has a model of a kind that is not read: {model.suffix or piece.model}")
    return model, dropped


def _read_library(file: Path) -> tuple[list[Piece], list[str]]:
    with _opened(file) as archive:
        try:
            info = archive.getinfo(_CATALOGUE)
        except KeyError:
            hint = f"a furniture library of Sweet Home 3D holds a {_CATALOGUE}"
            raise AssetError("the file is no furniture library", file=file, hint=hint) from None
        catalogue = parse_properties(_read_entry(archive, info, file, _LARGEST_CATALOGUE_BYTES))
        names = {name.lower(): name for name in archive.namelist()}
        terms = _text_of(archive, names.get("license.txt"), file)
        licence = spdx_id(catalogue.get("license", "")) or spdx_id(terms)
        beside: dict[str, list[str]] = {}
        for name in archive.namelist():
            path = PurePosixPath(name)
            if "licen" in path.name.lower() and len(path.parts) > 1:
                beside.setdefault(str(path.parent), []).append(name)
        pieces, problems = [], []
        numbers = sorted({int(m[1]) for key in catalogue if (m := re.fullmatch(r"model#(\d{1,9})", key))})
        for number in numbers:
            entry = {key.split("#")[0]: v for key, v in catalogue.items() if key.endswith(f"#{number}")}
            own = "".join(
                _text_of(archive, n, file) for n in beside.get(str(PurePosixPath(entry["model"][1:]).parent), ())
            )
            try:
                pieces.append(_piece(file, catalogue, entry, spdx_id(own) or licence, own))
            except ValueError as error:
                problems.append(f"{entry.get('id', f'piece {number}')}: {error}")
    return pieces, problems


def _piece(file: Path, catalogue: dict[str, str], entry: dict[str, str], licence: str, terms: str) -> Piece:
    """Raises ValueError, which says what is wrong with the entry."""
    model = entry["model"].lstrip("/")
    if _leads_out(model):
        raise ValueError(f"its model leads out of the library: {entry['model']!r}")
    if not licence:
        raise ValueError("neither it nor its library says under which licence it is")
    size_m = tuple(_number(entry, key) / 100 for key in ("width", "depth", "height"))
    if not all(0 < length <= _LARGEST_M for length in size_m):
        raise ValueError(f"its size cannot be used: {' x '.join(f'{length:g}' for length in size_m)} m")
    rotation = tuple(float(part) for part in entry.get("modelRotation", "").split())
    if len(rotation) not in (0, 9):
        raise ValueError(f"its modelRotation needs nine numbers, not {len(rotation)}")
    title, shelf = entry.get("name", "").strip() or PurePosixPath(model).stem, entry.get("category", "").strip()
    category, stands = _kind(title, shelf)
    words = [word for text in (title, shelf, entry.get("tags", "")) for word in re.split(r"[^a-z0-9]+", text.lower())]
    others = {kind for _, kind, _ in _KINDS} - {category}  # a piano bench is no bench
    elevated = float(entry.get("elevation") or 0) > 0
    if max(size_m) < 0.35 and shelf not in _UNPLACED and category not in ("person", "figure"):
        stands = ("table",)
    flat = size_m[2] < 0.03 and stands != ("table",)
    page = re.search(r"https?://www\.blendswap\.com/blends/view/\d+", terms)
    library = f"{catalogue.get('name', file.stem)} {catalogue.get('version', '')}".strip()
    identity = entry.get("id", title)
    author = HOLDERS.get(catalogue.get("id", ""), entry.get("creator", "").strip())
    if licence.startswith("CC-BY") and not author:
        raise ValueError(f"{licence} asks for the author's name, and none is given")
    return Piece(
        library=file,
        id=identity,
        name=_tidy(PurePosixPath(model).stem),
        title=title,
        model=model,
        shelf=shelf,
        category=category,
        stands=stands,
        tags=tuple(dict.fromkeys(w for w in words if len(w) > 1 and w not in _EMPTY_WORDS and w not in others)),
        weight=0.0 if elevated or flat or shelf in _UNPLACED else 1.0,
        size_m=size_m,
        rotation=rotation,
        licence=licence,
        author=author,
        source=f"{page[0] + ', in ' if page else ''}Sweet Home 3D's library {library} ({identity})",
    )


def _kind(title: str, shelf: str) -> tuple[str, tuple[str, ...]]:
    """Category and places of a piece, by the words of its name, else by its shelf in the catalogue."""
    name = title.lower()
    if shelf == "Characters" and re.fullmatch(r"(holding )?(fe)?male|boy|girl", name):
        return "person", ("pavement", "indoors")
    if shelf == "Characters" and re.search(r"sitting|lying|male|mannequin", name):
        return "figure", ("indoors",)
    if shelf not in (*_UNPLACED, "Kitchen", "Bathroom"):
        for words, category, stands in _KINDS:
            if re.search(rf"\b({words})\b", name):
                return category, stands
    if shelf in _UNPLACED:
        return "building_part", ("wall",)
    return _OF_CATALOGUE.get(shelf, ("furniture", ("indoors",)))


def spdx_id(text: str) -> str:
    """The SPDX id of the licence that a text names, "" if it names none that is known.

    A text that names Creative Commons terms other than Attribution (non-commercial, share alike, no derivatives) is not
    taken for the free ones.
    """
    flat = " ".join(re.sub(r"<[^>]*>", " ", text).split()).lower()
    if re.search(r"non-?commercial|share-?alike|no-?deriv|by-nc|by-sa|by-nd", flat):
        return ""
    if found := re.search(r"creative commons (?:(\d\.\d) )?attribution(?: (\d\.\d))?", flat):
        version = found[1] or found[2] or "3.0"
        states = re.search(r"attribution \d\.\d united states|licenses/by/\d\.\d/us|attribution united states", flat)
        return f"CC-BY-{version}-US" if states else f"CC-BY-{version}"
    if re.search(r"creative commons zero|\bcc-?0\b|\bcc-zero\b|public domain", flat):
        return "CC0-1.0"
    return ""


def parse_properties(data: bytes) -> dict[str, str]:
    """A Java properties file (ISO 8859-1 with \\uXXXX; `java.util.Properties.load`)."""
    result: dict[str, str] = {}
    lines = iter(data.decode("latin-1").splitlines())
    for line in lines:
        line = line.lstrip(" \t\f")
        if not line or line[0] in "#!":
            continue
        while re.search(r"(?<!\\)(\\\\)*\\$", line):  # an odd number of backslashes: it goes on
            line = line[:-1] + next(lines, "").lstrip(" \t\f")
        found = re.match(r"((?:\\.|[^\\=: \t\f])*)[ \t\f]*[=:]?[ \t\f]*(.*)", line)
        result[_unescaped(found[1])] = _unescaped(found[2])
    return result


def _unescaped(text: str) -> str:
    def meaning(found: re.Match[str]) -> str:
        body = found[1]
        return (
            chr(int(body[1:], 16)) if len(body) == 5 else {"t": "\t", "n": "\n", "r": "\r", "f": "\f"}.get(body, body)
        )

    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", meaning, text)


def _opened(file: Path) -> zipfile.ZipFile:
    try:
        archive = zipfile.ZipFile(file)
    except (OSError, zipfile.BadZipFile, ValueError) as error:
        hint = "get the library again; a .sh3f is a zip archive"
        raise AssetError(f"the library cannot be read: {error}", file=file, hint=hint) from None
    if len(archive.infolist()) > MOST_ENTRIES:
        archive.close()
        raise AssetError("the library holds too many files", file=file, hint=f"at most {MOST_ENTRIES} are read")
    return archive


def _read_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, file: Path, most: int) -> bytes:
    """An entry's bytes, no more of which are ever unpacked than `most`."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if _leads_out(info.filename) or kind not in (0, stat.S_IFREG) or info.flag_bits & 1:
        problem = "an entry of the library leads out of it, is no plain file or is encrypted"
        raise AssetError(problem, file=file, value=info.filename, hint="leave this library out")
    too_large = AssetError(
        "an entry of the library is too large", file=file, value=info.filename, hint=f"at most {most} bytes are read"
    )
    if info.file_size > most or info.file_size > _HIGHEST_RATIO * max(info.compress_size, 1024):
        raise too_large
    try:
        with archive.open(info) as stream:
            data = stream.read(most + 1)
    except (OSError, zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, ValueError) as error:
        hint = "get the library again"
        raise AssetError(f"an entry cannot be unpacked: {error}", file=file, value=info.filename, hint=hint) from None
    except Exception as error:  # zlib's and lzma's own errors share no base
        hint = "get the library again"
        raise AssetError(f"an entry is damaged: {error}", file=file, value=info.filename, hint=hint) from None
    if len(data) > most:
        raise too_large
    return data


def _text_of(archive: zipfile.ZipFile, name: str | None, file: Path) -> str:
    if name is None:
        return ""
    return _read_entry(archive, archive.getinfo(name), file, _LARGEST_LICENCE_BYTES).decode("latin-1")


def _leads_out(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return not parts or path.startswith("/") or "\\" in path or "\0" in path or ":" in parts[0] or ".." in parts


def _lies_in(path: str, folder: str) -> bool:
    """Whether an entry lies in the folder or below; for the top of the zip, right in it."""
    parent = PurePosixPath(path).parent
    return str(parent) == folder or (folder != "." and PurePosixPath(folder) in parent.parents)


def _without_outside_references(data: bytes) -> tuple[bytes, list[str]]:
    """An OBJ names its MTL and an MTL its textures: lines that name anything outside their own folder are left out.

    Returns:
        What is left, and the names that were left out.
    """
    kept, dropped = [], []
    for line in data.decode("latin-1").splitlines(keepends=True):
        word, _, rest = line.strip().partition(" ")
        word, rest = word.lower(), rest.strip().replace("\\", "/")
        names_file = word in _REFERENCES or word.startswith("map_")
        if names_file and any(_leads_out(path) for path in (rest, *rest.split()[-1:])):  # options may come first
            dropped.append(rest)
        else:
            kept.append(line)
    return "".join(kept).encode("latin-1"), dropped


def _number(entry: dict[str, str], key: str) -> float:
    try:
        return float(entry[key])
    except KeyError:
        raise ValueError(f"it has no {key}") from None


def _refused(piece: Piece, what: str) -> AssetError:
    return AssetError(f"{piece.title} ({piece.id}) {what}", file=piece.library, hint="leave this piece out")


def _tidy(stem: str) -> str:
    plain = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_").lower() or "piece"
