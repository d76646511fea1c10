"""Reads the contents of a `.blend` without Blender: names of data-blocks, asset marks, linked libraries.

A `.blend` is a list of blocks, each a memory dump of a struct (or an array of them); its last block, `DNA1`, describes
the layout of the structs. Only blocks of objects, collections, scenes, libraries and asset data are read. Format:
Blender's `doc/blender_file_format` and `BLO_readfile`, versions 2.5 to 5. Nothing in the file is executed.
"""

from __future__ import annotations

import gzip
import re
import struct
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, cast

import zstandard

from blender_synth.errors import AssetError, BlenderSynthError

LARGEST_UNPACKED_BYTES = 4_000_000_000
CATALOGUES = "blender_assets.cats.txt"
_KINDS = {b"OB": "object", b"GR": "collection", b"MA": "material", b"WO": "world", b"AC": "action"}
_READ_CODES = {*_KINDS, b"SC", b"LI", b"TX"}
_SMALL_BYTES = 4096
_MOST_KEPT_BYTES = 500_000_000
_MOST_BLOCKS = 20_000_000
_MOST_NAMES = 200_000


@dataclass(frozen=True)
class MarkedAsset:
    """A data-block of a `.blend` that is marked as an asset.

    Attributes:
        kind: `object`, `collection`, `material`, `world` or `action`.
        catalogue: path in Blender's asset catalogue such as `Street/Bins`; "" without one.
    """

    kind: str
    name: str
    catalogue: str = ""
    tags: tuple[str, ...] = ()
    description: str = ""
    author: str = ""
    licence: str = ""


@dataclass(frozen=True)
class Contents:
    """The contents of a `.blend`.

    Attributes:
        names: of all objects, collections, materials, worlds and actions, by kind. assets: those marked as assets.
        parents: name of the parent by object. scene: the scene that was active when the file was saved.
        libraries: paths of linked files, as written. texts: names of text blocks (scripts, notes).
    """

    names: dict[str, tuple[str, ...]]
    assets: tuple[MarkedAsset, ...]
    parents: dict[str, str]
    scene: str
    libraries: tuple[str, ...]
    texts: tuple[str, ...]

    def with_children(self, names: tuple[str, ...]) -> list[str]:
        """These objects and all their descendants, in the file's order."""
        children: dict[str, list[str]] = {}
        for child, parent in self.parents.items():
            children.setdefault(parent, []).append(child)
        wanted, waiting = set(names), list(names)
        while waiting:
            new = [child for child in children.get(waiting.pop(), ()) if child not in wanted]
            wanted.update(new)
            waiting += new
        return [name for name in self.names["object"] if name in wanted]


@dataclass
class _Dna:
    names: list[str]
    structs: list[tuple[str, list[tuple[str, str, int]]]]
    offsets: dict[str, dict[str, int]] = field(default_factory=dict)

    def offset(self, block: _Block, name: str) -> int | None:
        """Offset of a field in the block's struct, None if the struct has no such field."""
        if block.struct >= len(self.structs):
            raise ValueError("a block of an unknown struct")
        kind, fields = self.structs[block.struct]
        if kind not in self.offsets:
            where, known = 0, {}
            for _, label, size in fields:
                known[re.sub(r"[*()]|\[.*", "", label)] = where
                where += size
            self.offsets[kind] = known
        return self.offsets[kind].get(name)

    def nested(self, kind: str) -> dict[str, int]:
        for number, (name, _) in enumerate(self.structs):
            if name == kind:
                self.offset(_Block(b"", 0, number, b""), "")
                return self.offsets[kind]
        raise ValueError(f"no struct {kind}")


@dataclass(frozen=True)
class _Block:
    code: bytes
    address: int
    struct: int
    data: bytes


def read_contents(file: Path, root: Path | None = None) -> Contents:
    """Read the contents of a `.blend`.

    Args:
        root: the asset catalogue is searched for in the file's folder and those above it up to this one; None: in the
            file's folder only.

    Raises:
        AssetError: not a `.blend`, corrupt, truncated, or too large when unpacked.
    """
    try:
        with file.open("rb") as raw:
            blocks, dna, pointer = _blocks(_unpacked(raw))
        return _contents(file, root or file.parent, blocks, dna, pointer)
    except (BlenderSynthError, MemoryError):
        raise
    except Exception as error:  # whatever damaged numbers and texts lead to
        raise AssetError(
            "truncated or corrupt .blend",
            file=file,
            value=str(error),
            hint="save it again in Blender 4.5 or older",
        ) from None


def _unpacked(raw: IO[bytes]) -> IO[bytes]:
    head = raw.read(4)
    raw.seek(0)
    if head == b"\x28\xb5\x2f\xfd":
        return zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
    if head[:2] == b"\x1f\x8b":
        return cast(IO[bytes], gzip.GzipFile(fileobj=raw))  # a binary stream, which typeshed does not say
    return raw


def _blocks(stream: IO[bytes]) -> tuple[list[_Block], _Dna, int]:
    """The relevant blocks, the layout of the structs, and the size of a pointer in bytes."""
    head = _exactly(stream, 12)
    if head[:7] != b"BLENDER":
        raise ValueError("it does not begin with BLENDER")
    large = head[7:8].isdigit()
    if large:  # Blender 5: BLENDER17-01v0500
        _exactly(stream, 5)
        pointer, layout, order = 8, "<4siQqq", (0, 3, 2, 1)
    else:
        if head[7:8] not in b"-_" or head[8:9] != b"v":
            raise ValueError("it was written on a big-endian machine")
        pointer = 8 if head[7:8] == b"-" else 4
        layout, order = ("<4siQii" if pointer == 8 else "<4siIii"), (0, 1, 2, 3)
    size = struct.calcsize(layout)
    blocks: list[_Block] = []
    dna, total, kept = None, 0, 0
    for _ in range(_MOST_BLOCKS):
        values = struct.unpack(layout, _exactly(stream, size))
        code, length, address, number = (values[k] for k in order)
        code = code.rstrip(b"\0")
        if code == b"ENDB":
            break
        total += max(length, 0) + size
        if length < 0 or number < 0 or total > LARGEST_UNPACKED_BYTES:
            raise ValueError("a block has an invalid size")
        if code == b"DNA1":
            dna = _read_dna(_exactly(stream, length), pointer)
        elif code in _READ_CODES or code == b"GLOB" or (code == b"DATA" and length <= _SMALL_BYTES):
            kept += length + 100
            if kept > _MOST_KEPT_BYTES:
                raise ValueError("it contains too much data")
            blocks.append(_Block(code, address, number, _exactly(stream, length)))
        else:
            _skip(stream, length)
    if dna is None:
        raise ValueError("the description of its structs (DNA1) is missing")
    return blocks, dna, pointer


def _exactly(stream: IO[bytes], length: int) -> bytes:
    parts, left = [], length
    while left:
        part = stream.read(min(left, 1 << 20))
        if not part:
            raise ValueError("it is truncated")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _skip(stream: IO[bytes], length: int) -> None:
    while length:
        part = stream.read(min(length, 1 << 20))
        if not part:
            raise ValueError("it is truncated")
        length -= len(part)


def _read_dna(data: bytes, pointer: int) -> _Dna:
    """Parse the block `DNA1` (Blender's `makesdna`): names, types, their sizes, structs."""
    where = 0

    def take(tag: bytes) -> int:
        nonlocal where
        where = (where + 3) // 4 * 4
        if data[where : where + 4] != tag:
            raise ValueError("the description of its structs (DNA1) is damaged")
        where += 4
        if tag == b"TLEN":
            return 0
        (count,) = struct.unpack_from("<i", data, where)
        where += 4
        if not 0 <= count < 1_000_000:
            raise ValueError("the description of its structs (DNA1) is damaged")
        return count

    def words(count: int) -> list[str]:
        nonlocal where
        found = []
        for _ in range(count):
            end = data.index(b"\0", where)
            found.append(data[where:end].decode("ascii", "replace"))
            where = end + 1
        return found

    if data[:4] != b"SDNA":
        raise ValueError("the description of its structs (DNA1) is damaged")
    where = 4
    names = words(take(b"NAME"))
    types = words(take(b"TYPE"))
    take(b"TLEN")
    lengths = struct.unpack_from(f"<{len(types)}H", data, where)
    where += 2 * len(types)
    structs = []
    for _ in range(take(b"STRC")):
        kind, count = struct.unpack_from("<HH", data, where)
        pairs = struct.unpack_from(f"<{2 * count}H", data, where + 4)
        where += 4 + 4 * count
        fields = []
        for type_, name in zip(pairs[::2], pairs[1::2], strict=True):
            label = names[name]
            size = pointer if label[0] in "*(" else lengths[type_]
            for number in re.findall(r"\[(\d+)\]", label):
                size *= int(number)
            fields.append((types[type_], label, size))
        structs.append((types[kind], fields))
    return _Dna(names, structs)


def _contents(file: Path, root: Path, blocks: list[_Block], dna: _Dna, pointer: int) -> Contents:
    by_address = {block.address: block for block in blocks}
    id_fields = dna.nested("ID")

    def number(block: _Block, name: str) -> int:
        where = dna.offset(block, name)
        return 0 if where is None else _pointer(block.data, where, pointer)

    def text(block: _Block, *names: str) -> str:
        where = next((w for w in (dna.offset(block, name) for name in names) if w is not None), None)
        return "" if where is None else _string(block.data, where)

    def pointed(block: _Block, name: str) -> str:
        target = by_address.get(number(block, name))
        return _string(target.data, 0) if target else ""

    named: dict[str, list[str]] = {kind: [] for kind in _KINDS.values()}
    name_at: dict[int, str] = {}
    objects, assets, libraries, texts, scenes = [], [], [], [], {}
    current = 0
    catalogues: dict[str, str] | None = None
    for block in blocks:
        if block.code == b"GLOB":
            current = number(block, "curscene")
        if block.code not in _READ_CODES:
            continue
        if len(name_at) >= _MOST_NAMES:
            raise ValueError("it contains too many objects and materials")
        name = _string(block.data, id_fields["name"] + 2)
        name_at[block.address] = name
        if block.code == b"LI":
            libraries.append(text(block, "filepath", "name"))
        elif block.code == b"TX":
            texts.append(name)
        elif block.code == b"SC":
            scenes[block.address] = name
        else:
            kind = _KINDS[block.code]
            named[kind].append(name)
            if block.code == b"OB":
                objects.append(block)
            mark = by_address.get(_pointer(block.data, id_fields["asset_data"], pointer)) \
                if "asset_data" in id_fields else None  # fmt: skip
            if mark is not None:
                if catalogues is None:
                    catalogues = _catalogues(file, root)
                assets.append(_asset(kind, name, mark, dna, number, pointed, catalogues, by_address))
    parents = {name_at[o.address]: name_at[p] for o in objects if (p := number(o, "parent")) in name_at}
    return Contents(
        names={kind: tuple(names) for kind, names in named.items()},
        assets=tuple(assets),
        parents=parents,
        scene=scenes.get(current) or next(iter(scenes.values()), ""),
        libraries=tuple(libraries),
        texts=tuple(texts),
    )


def _asset(
    kind: str,
    name: str,
    mark: _Block,
    dna: _Dna,
    number: Callable[[_Block, str], int],
    pointed: Callable[[_Block, str], str],
    catalogues: Mapping[str, str],
    blocks: Mapping[int, _Block],
) -> MarkedAsset:
    """The asset data at `mark`. `number` reads an integer or pointer field, `pointed` the string behind a pointer."""
    tags: list[str] = []
    address = number(mark, "tags")
    while address in blocks and len(tags) < 1000:
        tag = blocks[address]
        tags.append(_string(tag.data, dna.offset(tag, "name") or 0))
        address = number(tag, "next")
    where = dna.offset(mark, "catalog_id")
    identity = str(uuid.UUID(bytes_le=mark.data[where : where + 16])) if where is not None else ""
    return MarkedAsset(
        kind=kind,
        name=name,
        catalogue=catalogues.get(identity, ""),
        tags=tuple(tags),
        description=pointed(mark, "description"),
        author=pointed(mark, "author"),
        licence=pointed(mark, "license"),
    )


def _catalogues(file: Path, root: Path) -> dict[str, str]:
    """Catalogue paths by id, from the catalogue file in the file's folder or above it within `root`."""
    for folder in (folder for folder in file.parents if folder.is_relative_to(root)):
        catalogue = folder / CATALOGUES
        if catalogue.is_file() and not catalogue.is_symlink() and catalogue.stat().st_size < 4_000_000:
            lines = catalogue.read_text("utf-8", "replace").splitlines()
            parts = (line.split(":") for line in lines if line.count(":") >= 2 and not line.startswith("#"))
            return {identity.strip().lower(): path.strip() for identity, path, *_ in parts}
    return {}


def _pointer(data: bytes, where: int, size: int) -> int:
    return struct.unpack_from("<Q" if size == 8 else "<I", data, where)[0]


def _string(data: bytes, where: int) -> str:
    end = data.find(b"\0", where)
    return data[where : end if end >= 0 else None].decode("utf-8", "replace")
