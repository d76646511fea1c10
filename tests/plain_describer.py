"""Measures small `.glb` files without Blender, for tests that do not start it: from accessors' bounds and nodes."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from blender_synth.errors import AssetError
from blender_synth.packs import glb
from blender_synth.packs.ingest import Shape
from blender_synth.packs.safety import check_file

_BLENDER_FROM_YUP = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])


def ask(shapes: Sequence[tuple[Shape, int]]) -> Iterator[dict[str, Any]]:
    """Stands in for `packs.ingest._ask_blender`."""
    for shape, _ in shapes:
        try:
            check_file(shape.file, shape.root)
            yield _answer(shape)
        except AssetError as error:
            yield {
                "error": error.problem,
                "value": str(error.value),
                "file": str(error.file),
                "hint": error.hint,
                "again": True,
            }


def _answer(shape: Shape) -> dict[str, Any]:
    if shape.file.suffix != ".glb":
        raise AssertionError(f"Blender would have to read {shape.file}: mark the test `blender`")
    document = glb.read_document(shape.file)
    corners, triangles = [], 0
    names = [str(m.get("name", "")) for m in document.get("materials", ())]
    surface: list[np.ndarray] = []
    for mesh, matrix in _placed_meshes(document):
        for primitive in mesh["primitives"]:
            accessor = document["accessors"][primitive["attributes"]["POSITION"]]
            box = np.array([accessor["min"], accessor["max"]], float)
            points = np.stack(np.meshgrid(*box.T, indexing="ij"), axis=-1).reshape(-1, 3)
            corners.append(points @ matrix[:3, :3].T + matrix[:3, 3])
            triangles += document["accessors"][primitive["indices"]]["count"] // 3
            if shape.surface and names[primitive["material"]] == shape.surface:
                points = _values(shape, document, primitive["attributes"]["POSITION"], np.float32).reshape(-1, 3)
                faces = _values(shape, document, primitive["indices"], np.uint16).reshape(-1, 3)
                surface.append((points @ matrix[:3, :3].T + matrix[:3, 3])[faces] @ _BLENDER_FROM_YUP.T)
    box_m = None
    if corners:
        points = np.concatenate(corners) @ _BLENDER_FROM_YUP.T
        box_m = [points.min(axis=0).tolist(), points.max(axis=0).tolist()]
    answer: dict[str, Any] = {"box_m": box_m, "triangles": triangles, "materials": names, "bones": {}, "problems": []}
    answer["again"] = True  # not for the cache
    return answer | ({"surface_m": np.concatenate(surface).tolist()} if surface else {})


def _values(shape: Shape, document: dict[str, Any], accessor: int, dtype: Any) -> np.ndarray:
    data = shape.file.read_bytes()
    (json_length,) = struct.unpack_from("<I", data, 12)
    facts = document["accessors"][accessor]
    start = 28 + json_length + document["bufferViews"][facts["bufferView"]].get("byteOffset", 0)
    count = facts["count"] * {"SCALAR": 1, "VEC3": 3}[facts["type"]]
    return np.frombuffer(data, dtype, count, start)


def _placed_meshes(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], np.ndarray]]:
    nodes = document.get("nodes", [])
    waiting = [(n, np.eye(4)) for n in document["scenes"][0]["nodes"]] if "scenes" in document else []
    while waiting:
        number, parent = waiting.pop()
        node = nodes[number]
        matrix = parent @ _local(node)
        if "mesh" in node:
            yield document["meshes"][node["mesh"]], matrix
        waiting.extend((child, matrix) for child in node.get("children", ()))


def _local(node: dict[str, Any]) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, :3] *= np.array(node.get("scale", (1, 1, 1)), float)
    matrix[:3, 3] = node.get("translation", (0, 0, 0))
    return matrix
