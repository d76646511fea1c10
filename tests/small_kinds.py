"""Writes small items of packs that are neither props nor people: mirrors, motions, skies, materials."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import OpenEXR

from tests.small_glb import box_document, glb_bytes


def circle(radius_m: float, middle_m: float, corners: int = 24) -> np.ndarray:
    """(N, 2) corners (x, y), counter-clockwise."""
    a = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    return np.stack([radius_m * np.cos(a), middle_m + radius_m * np.sin(a)], axis=1)


def rectangle(width_m: float, low_m: float, high_m: float) -> np.ndarray:
    """(4, 2) corners (x, y), counter-clockwise."""
    return np.array([[-1, low_m], [1, low_m], [1, high_m], [-1, high_m]]) * (width_m / 2, 1.0)


def write_mirror(file: Path, outline: np.ndarray, bend_m: float = 0.0, flip: bool = False, **node) -> Path:
    """A `.glb` of a board 5 cm deep with its back at z = 0, material `paint`, and a pane before it, `Mirror`.

    Args:
        outline: (N, 2) of the pane, x and y up. bend_m: how far its first corner stands forward. flip: it looks into
            the board.
    """
    low, high = outline.min(axis=0) - 0.04, outline.max(axis=0) + 0.04
    document, binary = box_document((*low, 0.0), (*high, 0.05), **node)
    n = len(outline)
    points = np.column_stack([outline, np.full(n, 0.052)]).astype(np.float32)
    points[0, 2] += bend_m
    fan = np.array([[0, k, k + 1] for k in range(1, n - 1)], np.uint16)
    faces = fan[:, ::-1] if flip else fan
    views = [points.tobytes(), faces.tobytes()]
    for view in views:
        document["bufferViews"].append({"buffer": 0, "byteOffset": len(binary), "byteLength": len(view)})
        binary += view + b"\0" * (-len(view) % 4)
    bounds = {"min": points.min(axis=0).tolist(), "max": points.max(axis=0).tolist()}
    document["accessors"] += [
        {"bufferView": 2, "componentType": 5126, "count": n, "type": "VEC3", **bounds},
        {"bufferView": 3, "componentType": 5123, "count": faces.size, "type": "SCALAR"},
    ]
    document["materials"].append({"name": "Mirror"})
    document["meshes"][0]["primitives"].append({"attributes": {"POSITION": 2}, "indices": 3, "material": 1})
    document["buffers"] = [{"byteLength": len(binary)}]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(glb_bytes(document, binary))
    return file


def write_sky(file: Path, columns: int = 64, rows: int = 32, value: float = 0.5) -> Path:
    """A panorama, bright above and dark below."""
    sky = np.full((rows, columns, 3), value, np.float32)
    sky[rows // 2 :] *= 0.2
    file.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(file), sky)
    return file


def write_exr(file: Path, value: float, columns: int = 64, rows: int = 32) -> Path:
    """A panorama of one value in 32-bit float."""
    channels = {name: np.full((rows, columns), value, np.float32) for name in "RGB"}
    file.parent.mkdir(parents=True, exist_ok=True)
    header = {"compression": OpenEXR.ZIP_COMPRESSION, "type": OpenEXR.scanlineimage}
    with OpenEXR.File(header, channels) as exr:
        exr.write(str(file))
    return file


def write_textures(folder: Path, name: str, rgb: tuple[int, int, int], *maps: str) -> Path:
    """Squares of 8 x 8 pixels, `<name>_<map>.png`; the albedo is a chequer of the colour and half of it."""
    folder.mkdir(parents=True, exist_ok=True)
    dark = (np.indices((8, 8)).sum(axis=0) // 4 % 2)[..., None] * 0.5
    for kind in ("albedo", *maps):
        colour = {"albedo": rgb[::-1], "normal": (255, 128, 128)}.get(kind, (200, 200, 200))
        pixels = np.array(colour) * (1 - dark if kind == "albedo" else np.ones((8, 8, 1)))
        cv2.imwrite(str(folder / f"{name}_{kind}.png"), pixels.astype(np.uint8))
    return folder / f"{name}_albedo.png"


def write_manifest(folder: Path, name: str, *lines: str) -> Path:
    """A `pack.yaml` with a name, CC0, and further lines."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.yaml").write_text("\n".join([f"name: {name}", "licence: CC0-1.0", *lines, ""]))
    return folder
