"""Writes small `.glb` files by hand, for tests of packs and props."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np

_CORNERS = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], dtype=np.float32)
_FACES = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]], dtype=np.uint16)
_TRIANGLES = np.concatenate([_FACES[:, [0, 1, 2]], _FACES[:, [0, 2, 3]]])


def glb_bytes(document: dict[str, Any], binary: bytes = b"") -> bytes:
    """A `.glb` of a JSON document and its first buffer."""
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    if binary:
        chunks += struct.pack("<I4s", len(binary), b"BIN\0") + binary
    return struct.pack("<4sII", b"glTF", 2, 12 + len(chunks)) + chunks


def box_document(low: tuple, high: tuple, **node: Any) -> tuple[dict[str, Any], bytes]:
    """A box between two corners, in the file's axes, on one node with the given transform."""
    points = (np.array(low) + _CORNERS * (np.array(high) - np.array(low))).astype(np.float32)
    binary = points.tobytes() + _TRIANGLES.tobytes()
    bounds = {"min": points.min(axis=0).tolist(), "max": points.max(axis=0).tolist()}
    document = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"name": "box", "mesh": 0, **node}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}, "indices": 1, "material": 0}]}],
        "materials": [{"name": "paint", "pbrMetallicRoughness": {"baseColorFactor": [0.8, 0.1, 0.1, 1]}}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 8, "type": "VEC3", **bounds},
            {"bufferView": 1, "componentType": 5123, "count": 36, "type": "SCALAR"},
        ],
        "bufferViews": [
            {"buffer": 0, "byteOffset": 0, "byteLength": 96},
            {"buffer": 0, "byteOffset": 96, "byteLength": 72},
        ],
        "buffers": [{"byteLength": 168}],
    }
    return document, binary


def write_box(file: Path, low: tuple = (-0.5, 0, -0.25), high: tuple = (0.5, 2, 0.25), **node: Any) -> Path:
    """A box as a `.glb`; by default 1 m wide, 2 m high and 0.5 m deep, standing on its origin."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(glb_bytes(*box_document(low, high, **node)))
    return file


def write_pack(folder: Path, manifest: str = "name: bollards\nlicence: CC0-1.0\nversion: 1\n", *files: str) -> Path:
    """A pack of boxes: `pack.yaml` and the named files (one `bollard.glb` if none is named)."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text(manifest)
    for name in files or ("bollard.glb",):
        write_box(folder / name)
    return folder
