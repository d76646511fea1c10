"""Checks glTF files (`.glb`, `.gltf`) without Blender: integrity, references to other files, counts.

Format: glTF 2.0 specification, chapters 4 (GLB) and 3.5 (scenes and nodes). Nothing from the file is executed.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from blender_synth.errors import AssetError, BlenderSynthError

_MAGIC = b"glTF"
_JSON_CHUNK = b"JSON"
_LARGEST_JSON_BYTES = 400_000_000
_MOST_ELEMENTS = 20_000_000
"""Of accessors without data, which are zeros: they take memory, but no bytes in the file."""
_DEEPEST_NODE = 200
_COMPONENT_BYTES = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
_COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
READABLE_EXTENSIONS = {
    "EXT_mesh_gpu_instancing",
    "EXT_texture_webp",
    "KHR_animation_pointer",
    "KHR_draco_mesh_compression",
    "KHR_lights_punctual",
    "KHR_materials_anisotropy",
    "KHR_materials_clearcoat",
    "KHR_materials_emissive_strength",
    "KHR_materials_ior",
    "KHR_materials_pbrSpecularGlossiness",
    "KHR_materials_sheen",
    "KHR_materials_specular",
    "KHR_materials_transmission",
    "KHR_materials_unlit",
    "KHR_materials_variants",
    "KHR_materials_volume",
    "KHR_mesh_quantization",
    "KHR_texture_transform",
}
"""Extensions that a file may require: those that Blender 4.5's importer reads."""


def check(file: Path, resolve: Callable[[str], Path]) -> None:
    """Check a `.glb` or `.gltf`: `read_document`, `check_references`, `check_nodes`, `check_counts`.

    Raises:
        AssetError: it cannot be used.
    """
    try:
        document = read_document(file)
        check_references(file, document, resolve)
        check_nodes(file, document)
        check_counts(file, document)
    except (BlenderSynthError, MemoryError):
        raise
    except Exception as error:  # fields of wrong types, anywhere
        raise _damaged(file, "has fields that cannot be read", value=f"{type(error).__name__}: {error}") from None


def read_document(file: Path) -> dict[str, Any]:
    """The JSON part of a `.glb` or `.gltf`, after checking that the file is complete.

    Raises:
        AssetError: not glTF 2.0, truncated, or its JSON is invalid.
    """
    size = file.stat().st_size
    if file.suffix.lower() == ".gltf":
        if size > _LARGEST_JSON_BYTES:
            raise _damaged(file, "is too large for its format; a .glb is smaller", value=size)
        return _parsed(file, file.read_bytes())
    with file.open("rb") as stream:
        head = stream.read(20)
        if len(head) < 20 or head[:4] != _MAGIC:
            raise _damaged(file, "is not a binary glTF (.glb)", value=head[:4])
        version, length, json_length = struct.unpack_from("<III", head, 4)
        if version != 2:
            raise _damaged(file, f"is glTF version {version}; version 2 is needed")
        if length != size:
            raise _damaged(file, f"should have {length} bytes according to its header, but has {size}")
        if head[16:20] != _JSON_CHUNK or 20 + json_length > size:
            raise _damaged(file, "does not begin with a complete JSON chunk")
        text = stream.read(json_length)
    document = _parsed(file, text)
    _check_buffer(file, document, size, 20 + json_length)
    return document


def _parsed(file: Path, text: bytes) -> dict[str, Any]:
    try:
        document = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise _damaged(file, f"has an invalid JSON chunk: {error}") from None
    asset = document.get("asset") if isinstance(document, dict) else None
    if not isinstance(asset, dict) or not str(asset.get("version")).startswith("2."):
        raise _damaged(file, "is not a glTF 2.0 document")
    return document


def check_references(file: Path, document: dict[str, Any], resolve: Callable[[str], Path]) -> None:
    """Check that the file's references exist and that Blender can read its extensions.

    Args:
        file: the `.glb`. document: from `read_document`.
        resolve: turns a path relative to the `.glb` into a file inside the pack, or raises AssetError.

    Raises:
        AssetError: a reference leads out of the pack or to a missing file, or Blender cannot read an extension.
    """
    unreadable = sorted({str(name) for name in document.get("extensionsRequired", ())} - READABLE_EXTENSIONS)
    if unreadable:
        raise AssetError(
            "the file requires an extension that cannot be read",
            file=file,
            key="extensionsRequired",
            value=unreadable[0],
            hint="export it again without this extension (and without mesh compression other than Draco)",
        )
    for part in ("buffers", "images"):
        for number, entry in enumerate(document.get(part, ())):
            uri = entry.get("uri") if isinstance(entry, dict) else None
            if uri is None or str(uri).startswith("data:"):
                continue
            if not isinstance(uri, str) or ":" in uri or uri.startswith("//"):
                raise AssetError(
                    "the file refers to something outside its pack",
                    file=file,
                    key=f"{part}[{number}].uri",
                    value=uri,
                    hint="export it as one .glb with everything inside",
                )
            resolve(unquote(uri))


def check_nodes(file: Path, document: dict[str, Any]) -> None:
    """Check that nodes form trees that are not too deep for Blender's importer, which calls itself for children.

    Raises:
        AssetError: they do not.
    """
    nodes = document.get("nodes", [])
    parents: dict[int, int] = {}
    for number, node in enumerate(nodes):
        for child in node.get("children", ()):
            if child in parents or not 0 <= child < len(nodes):
                raise _damaged(file, "has a node with two parents, or that is missing", key=f"nodes[{number}].children")
            parents[child] = number
    depths = {number: 0 for number in range(len(nodes)) if number not in parents}
    waiting = list(depths)
    while waiting:
        number = waiting.pop()
        for child in nodes[number].get("children", ()):
            depths[child] = depths[number] + 1
            waiting.append(child)
            if depths[child] > _DEEPEST_NODE:
                raise _damaged(file, f"has nodes more than {_DEEPEST_NODE} levels deep", key=f"nodes[{child}]")
    if len(depths) < len(nodes):
        raise _damaged(file, "has a node that is its own ancestor", key="nodes")


def check_counts(file: Path, document: dict[str, Any]) -> None:
    """Check that accessors lie inside their data, and that those without data are not huge.

    Raises:
        AssetError: they are not.
    """
    views = document.get("bufferViews", [])
    without_data = 0
    for number, accessor in enumerate(document.get("accessors", [])):
        count = accessor["count"]
        if not isinstance(count, int) or count < 0:
            raise _damaged(file, "has an accessor with an invalid count", key=f"accessors[{number}].count", value=count)
        sparse = accessor.get("sparse", {}).get("count", 0)
        if "bufferView" not in accessor or "extensions" in views[accessor["bufferView"]]:
            without_data += count * _COMPONENTS[accessor["type"]]
        else:
            view = views[accessor["bufferView"]]
            element = _COMPONENTS[accessor["type"]] * _COMPONENT_BYTES[accessor["componentType"]]
            stride = view.get("byteStride") or element
            needed = accessor.get("byteOffset", 0) + stride * (count - 1) + element if count else 0
            if needed > view["byteLength"]:
                raise _damaged(file, f"is truncated or corrupt: an accessor needs {needed} bytes",
                               key=f"accessors[{number}]", value=view["byteLength"])  # fmt: skip
        if sparse > count or without_data > _MOST_ELEMENTS:
            raise _damaged(file, "has accessors that are far too large", key=f"accessors[{number}]", value=count)
    for number, view in enumerate(views):
        buffer = document["buffers"][view["buffer"]]
        if view.get("byteOffset", 0) + view["byteLength"] > buffer["byteLength"] and "extensions" not in view:
            raise _damaged(file, "has a buffer view outside its buffer", key=f"bufferViews[{number}]")


def _damaged(file: Path, what: str, **more: Any) -> AssetError:
    return AssetError(f"the file {what}", file=file, hint="export it again as .glb (glTF 2.0 binary)", **more)


def _check_buffer(file: Path, document: dict[str, Any], size: int, offset: int) -> None:
    """The first buffer, if it has no URI, must fit into the chunk after the JSON."""
    buffers = document.get("buffers") or [{}]
    if not isinstance(buffers, list) or not all(isinstance(b, dict) for b in buffers):
        raise _damaged(file, "has buffers that cannot be read")
    needed = buffers[0].get("byteLength", 0) if "uri" not in buffers[0] else 0
    if needed and (not isinstance(needed, int) or offset + 8 + needed > size):
        raise _damaged(file, "is truncated: part of its geometry is missing")
