"""Checks glTF files (`.glb`, `.gltf`) without Blender: integrity, references to other files, size.

Format: glTF 2.0 specification, chapters 4 (GLB) and 3.5 (scenes and nodes). Nothing from the file is executed.
"""

from __future__ import annotations

import contextlib
import json
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np

from blender_synth.errors import AssetError

_MAGIC = b"glTF"
_JSON_CHUNK = b"JSON"
_LARGEST_JSON_BYTES = 400_000_000
_NORMALIZED_BY = {5120: 127.0, 5121: 255.0, 5122: 32767.0, 5123: 65535.0}
READABLE_EXTENSIONS = {
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
"""Extensions that a file may require: those that Blender 4.5's importer reads, except GPU instancing, because
`bounding_box_m` ignores instances."""


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
    unreadable = sorted(set(document.get("extensionsRequired", ())) - READABLE_EXTENSIONS)
    if "EXT_mesh_gpu_instancing" in document.get("extensionsUsed", ()):
        unreadable.append("EXT_mesh_gpu_instancing")
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


def bounding_box_m(file: Path, document: dict[str, Any]) -> np.ndarray:
    """Bounding box of the default scene, from the bounds in the file's accessors and the nodes' transforms.

    Exact for rotations by multiples of 90 degrees; otherwise the box around the rotated boxes, which is never too
    small. Skinned meshes are measured in their bind pose; morph targets and animation are ignored.

    Args:
        file: the `.glb`, for messages. document: from `read_document`.

    Returns:
        (2, 3) float64: lowest and highest corner in metres, in the axes of the file.

    Raises:
        AssetError: no mesh, missing bounds, or an invalid node hierarchy.
    """
    try:
        corners = [_corners(document, mesh) @ m[:3, :3].T + m[:3, 3] for mesh, m in _placed_meshes(document)]
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise _damaged(file, f"has meshes or nodes that cannot be measured ({error!r})") from None
    points = np.concatenate(corners) if corners else np.empty((0, 3))
    if not len(points) or not np.isfinite(points).all():
        raise _damaged(file, "shows no mesh with a finite size")
    return np.stack([points.min(axis=0), points.max(axis=0)])


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


def _placed_meshes(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], np.ndarray]]:
    """Each mesh of the default scene with its (4, 4) transform into the scene."""
    nodes = document.get("nodes", [])
    scenes = document.get("scenes")
    if scenes:
        roots = scenes[document.get("scene", 0)].get("nodes", [])
    else:
        children = {child for node in nodes for child in node.get("children", ())}
        roots = [number for number in range(len(nodes)) if number not in children]
    waiting = [(number, np.eye(4)) for number in roots]
    seen = set()
    while waiting:
        number, parent = waiting.pop()
        if number in seen:
            raise ValueError(f"node {number} is its own ancestor or has two parents")
        seen.add(number)
        node = nodes[number]
        matrix = parent @ _local(node)
        if "mesh" in node:
            yield document["meshes"][node["mesh"]], matrix
        waiting.extend((child, matrix) for child in node.get("children", ()))


def _local(node: dict[str, Any]) -> np.ndarray:
    if "matrix" in node:
        return np.array(node["matrix"], dtype=float).reshape(4, 4).T
    x, y, z, w = node.get("rotation", (0, 0, 0, 1))
    turn = np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ])  # fmt: skip
    matrix = np.eye(4)
    matrix[:3, :3] = turn * np.array(node.get("scale", (1, 1, 1)), dtype=float)
    matrix[:3, 3] = node.get("translation", (0, 0, 0))
    return matrix


def _corners(document: dict[str, Any], mesh: dict[str, Any]) -> np.ndarray:
    """(8 n, 3) corners of the boxes of a mesh's n primitives, in the mesh's axes."""
    boxes = []
    for primitive in mesh["primitives"]:
        accessor = document["accessors"][primitive["attributes"]["POSITION"]]
        box = np.array([accessor["min"], accessor["max"]], dtype=float).reshape(2, 3)
        if accessor.get("normalized"):
            box = np.maximum(box / _NORMALIZED_BY[accessor["componentType"]], -1.0)
        boxes.append(np.stack(np.meshgrid(*box.T, indexing="ij"), axis=-1).reshape(-1, 3))
    return np.concatenate(boxes)


def triangles(document: dict[str, Any]) -> int:
    """Number of triangles in the default scene; 0 if the file does not say."""
    count = 0
    with contextlib.suppress(AttributeError, KeyError, IndexError, TypeError, ValueError):
        for mesh, _ in _placed_meshes(document):
            for primitive in mesh["primitives"]:
                corners = document["accessors"][primitive.get("indices", primitive["attributes"]["POSITION"])]["count"]
                count += corners // 3 if primitive.get("mode", 4) == 4 else max(corners - 2, 0)
    return count
