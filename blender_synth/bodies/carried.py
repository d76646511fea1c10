"""Carried things as solids in the hands, on the shoulders and before the feet of a posed body.

Everything is made in the person's frame with the ground at z = 0: bags hang straight down from where they are held,
wheels stand on the ground, straps lie on the cloth. Sizes are those of common wares.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from blender_synth.bodies.flesh import Measures, depth_in_body
from blender_synth.bodies.parts import Part, ShadingParams
from blender_synth.bodies.skeleton import SIDES, Posed, X, Y, Z, rotation, unit
from blender_synth.bodies.solids import (
    Solid,
    arch,
    bar,
    body,
    loft,
    merged,
    moved,
    pipe,
    ribbon,
    smooth_path,
    wheel,
)
from blender_synth.values import Rgb
from blender_synth.world.people.carrying import CarriedSpec

_STEEL, _DARK, _TYRE = (0.62, 0.62, 0.63), (0.014, 0.014, 0.015), (0.012, 0.012, 0.012)
_SIDE = {"left": "L", "right": "R"}
Piece = tuple[str, Solid, str, Rgb]
"""Name, solid, surface (see `wares`) and colour."""


@dataclass(frozen=True)
class Carrier:
    """A posed body that carries something.

    Attributes:
        cloth: (N, 3) posed vertices of the clothes on the trunk.
        walks: whether it goes somewhere.
    """

    posed: Posed
    measures: Measures
    cloth: np.ndarray
    walks: bool

    def bone(self, name: str) -> np.ndarray:
        """Head of a bone."""
        return self.posed.heads[self.posed.rig.index[name]]

    def turn(self, name: str) -> np.ndarray:
        """World rotation of a bone."""
        return self.posed.rotations[self.posed.rig.index[name]]

    @property
    def yaw(self) -> np.ndarray:
        """(3, 3) rotation to where the hips face, level."""
        pelvis = self.turn("root")
        return rotation(Z, float(np.degrees(np.arctan2(pelvis[1, 0], pelvis[0, 0]))))

    def fist(self, side: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Middle of the hollow of a closed hand, direction towards the thumb, direction of the palm."""
        wrist, middle = self.bone(f"wrist.{side}"), self.bone(f"finger3-1.{side}")
        index, little = self.bone(f"finger2-1.{side}"), self.bone(f"finger5-1.{side}")
        thumb = unit(index - little)
        palm = -SIDES[side] * unit(np.cross(index - wrist, little - wrist))
        size = float(np.linalg.norm(middle - wrist))
        return middle + palm * 0.33 * size + unit(middle - wrist) * 0.10 * size, thumb, palm

    def cloth_near(self, at: np.ndarray, axis: int, reach: float = 0.03) -> np.ndarray:
        """(M, 3) cloth vertices whose other two coordinates are near those of `at`."""
        others = [k for k in range(3) if k != axis]
        return self.cloth[(np.abs(self.cloth[:, others] - at[others]) < reach).all(1)]

    def outside(self, path: np.ndarray, gap_m: float) -> np.ndarray:
        """A path moved out of trunk and thighs where it runs in them."""
        bones = ("spine03", "spine01", *(f"{b}.{s}" for b in ("upperleg01", "lowerleg01") for s in SIDES))
        at = {b: self.bone(b) for b in bones}
        turn = {"root": self.turn("root"), "spine01": self.turn("spine01")}
        for _ in range(2):
            depth, out = depth_in_body(path, at, turn, self.measures)
            path = path + out * np.maximum(depth + gap_m, 0)[:, None]
        return path


def carried_parts(thing: CarriedSpec, who: Carrier) -> list[Part]:
    """The parts of one carried thing, in the person's frame."""
    pieces: list[Piece] = _MAKERS[thing.kind](thing, who)
    return [
        Part(
            f"{thing.kind}.{name}",
            solid[0].astype(np.float32),
            solid[1],
            ShadingParams.of("ware", surface=surface, rgb=tuple(float(c) for c in rgb)),
            instance_id=thing.instance_id,
        )
        for name, solid, surface, rgb in pieces
    ]


def _darker(rgb: Rgb, share: float = 0.55) -> Rgb:
    return tuple(c * share for c in rgb)


# ---------------------------------------------------------------------- phones


def _phone(thing: CarriedSpec, who: Carrier) -> list[Piece]:
    side = _SIDE[thing.held.split("_")[0]]
    wrist, middle = who.bone(f"wrist.{side}"), who.bone(f"finger3-1.{side}")
    index, little = who.bone(f"finger2-1.{side}"), who.bone(f"finger5-1.{side}")
    along = unit(middle - wrist)
    back = SIDES[side] * unit(np.cross(index - wrist, little - wrist))
    axes = np.stack([-back, np.cross(-back, along) * -1.0, along])
    lying = body((0.0085, 0.072, 0.148), 0.25, 0.003)
    screen = body((0.001, 0.066, 0.140), 0.2, 0.0004)
    at = middle + along * (0.028 - 0.074) - back * 0.024
    return [
        ("case", moved(lying, at, axes), "plastic", thing.second_rgb),
        ("screen", moved(screen, at + along * 0.004 - back * 0.0045, axes), "shell", thing.rgb),
    ]


# ---------------------------------------------------------------------- bags


def _hung(who: Carrier, at: np.ndarray, out: float, sway_deg: float) -> tuple[np.ndarray, np.ndarray]:
    """Origin and axes (rows: outward, backward, up) of something that hangs from a point, broad side to the body."""
    axes = np.stack([out * Y, -out * X, Z]) @ who.yaw.T
    return at, axes @ rotation(who.yaw @ Y, sway_deg).T


_BAG_SHAPES = {  # depth, width, height of the body in metres, length of the handles
    "paper": (0.13, 0.30, 0.34, 0.15),
    "plastic": (0.20, 0.30, 0.33, 0.13),
    "frame": (0.13, 0.29, 0.21, 0.11),
    "flap": (0.09, 0.27, 0.20, 0.10),
    "tote": (0.12, 0.34, 0.30, 0.20),
}


def _bag_body(thing: CarriedSpec) -> tuple[list[Piece], float]:
    """A bag standing on z = 0, depth along x and width along y, and the height where its handles begin."""
    depth, width, height, _ = (v * thing.size for v in _BAG_SHAPES[thing.style])
    rgb, trim = thing.rgb, thing.second_rgb
    if thing.style == "paper":
        profile = np.array([[0, 1, 1], [0.25, 0.97, 1], [0.75, 0.62, 1], [1, 0.30, 1]])
        print_ = body((0.002, width * 0.42, height * 0.34), 0.3, 0.0005)
        pieces = [("bag", body((depth, width, height), 0.12, 0.004, profile, 40), "paper", rgb)]
        tilt = rotation(Y, -7.0)
        for sign in (1, -1):
            face = rotation(Z, 90 - 90 * sign) @ tilt
            at = np.array([sign * (depth * 0.47), 0, height * 0.32])
            pieces.append(("print", moved(print_, at, face.T), "paper", trim))
        return pieces, height
    if thing.style == "plastic":
        profile = np.array([[0, 0.55, 0.7], [0.12, 0.95, 0.96], [0.35, 1.0, 1.0], [0.7, 0.7, 0.92], [1, 0.22, 0.72]])
        (v, f) = body((depth, width, height), 0.75, 0.02, profile)
        seed = thing.shape_seed % 97
        wrinkle = 0.007 * np.sin(v[:, 1] * 75 + seed) * np.sin(v[:, 2] * 38 + 2 * seed) * np.sin(v[:, 0] * 55)
        return [("bag", (v + wrinkle[:, None] * np.sign(v) * [1, 1, 0], f), "film", rgb)], height
    if thing.style == "tote":
        profile = np.array([[0, 1, 0.92], [0.4, 1, 0.97], [1, 0.45, 1]])
        rim = body((depth * 0.5, width * 1.01, 0.02), 0.5, 0.004)
        return [
            ("bag", body((depth, width, height), 0.4, 0.012, profile), "canvas", rgb),
            ("rim", moved(rim, np.array([0, 0, height - 0.022])), "canvas", _darker(rgb, 0.8)),
        ], height
    if thing.style == "frame":
        profile = np.array([[0, 1, 1], [0.3, 1.0, 0.97], [1, 0.36, 0.80]])
        clasp = body((0.016, 0.035, 0.02), 0.5, 0.004)
        band = body((depth * 1.03, width * 1.0, 0.018), 0.35, 0.003)
        return [
            ("bag", body((depth, width, height), 0.35, 0.012, profile), "leather", rgb),
            ("band", moved(band, np.array([0, 0, 0.012])), "leather", _darker(rgb, 0.7)),
            ("clasp", moved(clasp, np.array([0, 0, height - 0.008])), "metal", (0.55, 0.45, 0.25)),
        ], height
    profile = np.array([[0, 1, 1], [0.7, 1.0, 1.0], [1, 0.7, 0.97]])
    flap = body((0.012, width * 1.01, height * 0.62), 0.25, 0.005)
    buckle = body((0.012, 0.03, 0.035), 0.4, 0.003)
    return [
        ("bag", body((depth, width, height), 0.22, 0.010, profile), "leather", rgb),
        ("flap", moved(flap, np.array([depth * 0.47, 0, height * 0.38])), "leather", _darker(rgb, 0.86)),
        ("buckle", moved(buckle, np.array([depth * 0.55, 0, height * 0.40])), "metal", _STEEL),
    ], height


def _hand_bag(thing: CarriedSpec, who: Carrier) -> list[Piece]:
    """A bag with two handles, hanging from a fist or from the crook of an arm."""
    word, _, how = thing.held.partition("_")
    side = _SIDE[word]
    out = SIDES[side]
    if how == "forearm":
        elbow, wrist = who.bone(f"lowerarm01.{side}"), who.bone(f"wrist.{side}")
        hold = elbow + 0.34 * (wrist - elbow) + np.array([0, 0, 0.042])
    else:
        hold = who.fist(side)[0]
    depth, width, _, handle = (v * thing.size for v in _BAG_SHAPES[thing.style])
    pieces, height = _bag_body(thing)
    tall = handle
    if how != "forearm":  # nothing drags on the ground
        tall = min(tall, max(0.04, hold[2] - height - 0.08))
    outward = 0.35 * depth if how == "forearm" else 0.12 * depth
    sway = ((thing.shape_seed % 11) - 5) * (0.9 if who.walks else 0.3)
    origin, axes = _hung(who, hold + who.yaw @ np.array([0, out * outward, 0]), out, sway)
    origin = origin - axes[2] * (height + tall)
    surface, rgb = ("leather", _darker(thing.rgb, 0.75))
    if thing.style == "paper":
        surface, rgb = "paper", (0.6, 0.58, 0.55)
    elif thing.style in ("plastic", "tote"):
        surface, rgb = ("film", thing.rgb) if thing.style == "plastic" else ("canvas", _darker(thing.rgb, 0.8))
    thick = {"paper": 0.003, "plastic": 0.010}.get(thing.style, 0.006)
    top = (hold - origin) @ axes.T
    handles = []
    for sign in (1, -1):
        x = sign * depth * 0.16
        apart = width * (0.30 if thing.style == "plastic" else 0.22)
        feet = [np.array([x, y * apart, height - 0.012]) for y in (1, -1)]
        crown = np.array([x * 0.1 + top[0], top[1], top[2] - 0.004])
        legs = [
            smooth_path([feet[0], feet[0] * [1, 0.96, 1] + [0, 0, tall * 0.35], crown + [0, 0.03, -0.008], crown], 10)
        ]
        legs.append(
            smooth_path([crown, crown + [0, -0.03, -0.008], feet[1] * [1, 0.96, 1] + [0, 0, tall * 0.35], feet[1]], 10)
        )
        handles.append(pipe(np.concatenate([legs[0], legs[1][1:]]), thick, 6))
    pieces.append(("handles", merged(*handles), surface, rgb))
    return [(n, moved(s, origin, axes), look, c) for n, s, look, c in pieces]


def _shoulder_bag(thing: CarriedSpec, who: Carrier) -> list[Piece]:
    """A bag at the hip: a flap bag's strap runs across the body, a tote's hangs from the shoulder above it."""
    side = _SIDE[thing.held.split("_")[0]]
    out, yaw, m = SIDES[side], who.yaw, who.measures
    across = thing.style == "flap"
    pieces, height = _bag_body(thing)
    depth, width, _, _ = (v * thing.size for v in _BAG_SHAPES[thing.style])
    hips = (who.bone("upperleg01.L") + who.bone("upperleg01.R")) / 2
    high = hips[2] + (0.06 if across else 0.13)
    level = who.cloth[np.abs(who.cloth[:, 2] - (high - height / 2)) < 0.06]
    reach = max(m.hip_y, float((((level - hips) @ yaw)[:, 1] * out).max(initial=0.0)))
    back = -0.075 if across else -0.05
    at = np.array([*(hips + yaw @ np.array([back, out * (reach + depth / 2 + 0.008), 0]))[:2], high - height])
    axes = np.stack([out * Y, -out * X, Z]) @ yaw.T
    bag = [(n, moved(s, at, axes), look, c) for n, s, look, c in pieces]
    ends = [at + axes[1] * sign * width * 0.46 + Z * (height - 0.015) for sign in (-out, out)]  # fore, aft
    strap_side = "R" if (side == "L") == across else "L"
    sign = SIDES[strap_side]
    inner, joint = who.bone(f"clavicle.{strap_side}"), who.bone(f"upperarm01.{strap_side}")
    top = inner + (joint - inner) * (0.50 if across else 0.74)
    near = who.cloth_near(top, 2, 0.028)
    top = np.array([top[0], top[1], max(top[2] + 0.02, float(np.percentile(near[:, 2], 85)) if len(near) else 0.0)])
    fore, aft = (top + yaw @ np.array([x, -sign * 0.005, -0.035]) for x in (0.055, -0.055))
    path = np.concatenate(
        [
            smooth_path([ends[0], fore], 14, 0),
            smooth_path([fore, top, aft], 7, 0)[1:-1],
            smooth_path([aft, ends[1]], 14, 0),
        ]
    )
    path = _on_cloth(path, who, slice(1, 13), 1.0)
    path = _on_cloth(path, who, slice(19, -1), -1.0)
    path = smooth_path(path, 40, 3)
    spine = who.bone("spine02")
    outward = (path - spine) * [1, 1, 0] + Z * (0.6 * np.clip((path[:, 2] - top[2] + 0.09) / 0.09, 0, 1))[:, None]
    wide = 0.03 if across else 0.022
    return [
        *bag,
        ("strap", ribbon(path, outward, wide, 0.004), "leather" if across else "canvas", _darker(thing.rgb, 0.8)),
    ]


def _on_cloth(path: np.ndarray, who: Carrier, part: slice, front: float) -> np.ndarray:
    """A stretch of a strap laid onto the cloth before (+1) or behind (-1) the trunk."""
    out = path.copy()
    out[part] = who.outside(path[part], 0.012)
    for k in range(*part.indices(len(path))):
        near = who.cloth_near(out[k], 0, 0.022)
        if len(near):
            face = float(np.percentile(front * near[:, 0], 97)) + 0.005
            trunk = front * (near[:, 0] - who.bone("spine02")[0]) > 0.0
            if trunk.any():
                out[k, 0] = front * max(front * out[k, 0], face)
    return out


def _backpack(thing: CarriedSpec, who: Carrier) -> list[Piece]:
    """A backpack that leans on the back, and padded straps that lie on the shoulders and run down the chest."""
    chest, base = who.turn("spine01"), who.bone("spine01")
    cloth = (who.cloth - base) @ chest
    local = {n: (who.bone(n) - base) @ chest for n in ("neck01", "spine03", "spine04", "upperarm01.L", "upperarm01.R")}
    scale = thing.size * float(np.clip((local["neck01"][2] - local["spine04"][2]) / 0.45, 0.7, 1.15))
    height, width, depth = 0.45 * scale, 0.295 * scale, 0.17 * scale
    top = float((local["upperarm01.L"][2] + local["upperarm01.R"][2]) / 2) + 0.015
    middle_y = 0.0
    behind = cloth[(np.abs(cloth[:, 1]) < 0.10) & (cloth[:, 2] < top - 0.05) & (cloth[:, 2] > top - height * 0.9)]
    back = float(np.percentile(behind[:, 0], 3)) if len(behind) else -who.measures.back_x
    profile = np.array([[0, 0.92, 0.92], [0.25, 1, 1], [0.6, 0.92, 0.98], [0.85, 0.7, 0.9], [1, 0.42, 0.68]])
    (v, f) = body((depth, width, height), 0.42, 0.03 * scale, profile)
    v = v * [-1, 1, 1]
    v[:, 0] = np.where(v[:, 0] > 0, v[:, 0] * 0.25, v[:, 0] * 1.3)  # flat towards the back
    origin = np.array([back - 0.012, middle_y, top - height])
    rgb, trim = thing.rgb, thing.second_rgb
    pieces: list[Piece] = [("pack", moved((v, f[:, ::-1]), origin), "nylon", rgb)]
    if thing.style == "roll_top":
        roll = pipe(np.array([[0, y, 0] for y in np.linspace(-0.46, 0.46, 7)]) * width, 0.03 * scale, 10)
        pieces.append(("roll", moved(roll, origin + [-depth * 0.25, 0, height + 0.012]), "nylon", _darker(rgb, 0.85)))
        flap = body((0.02, width * 0.14, height * 0.5), 0.4, 0.006)
        pieces.append(("flap", moved(flap, origin + [-depth * 0.68, 0, height * 0.52]), "nylon", trim))
    else:
        pocket = body((depth * 0.45, width * 0.74, height * 0.46), 0.45, 0.025 * scale)
        pocket_rgb = trim if thing.style == "school" else _darker(rgb, 0.88)
        pieces.append(("pocket", moved(pocket, origin + [-depth * 0.62, 0, height * 0.07]), "nylon", pocket_rgb))
        zip_ = arch(
            np.array([0, -0.42, 0]) * width, np.array([0, 0.42, 0]) * width, np.array([0, 0, height * 0.45]), 17
        )
        pieces.append(
            ("zip", moved(pipe(zip_, 0.004, 5), origin + [-depth * 0.30, 0, height * 0.52]), "plastic", _DARK)
        )
    loop = arch(np.array([0, -0.035, 0]), np.array([0, 0.035, 0]), np.array([-0.01, 0, 0.045]), 9)
    pieces.append(
        ("loop", moved(pipe(loop, 0.007, 6), origin + [-0.012, 0, height - 0.012]), "nylon", _darker(rgb, 0.6))
    )
    for side, sign in SIDES.items():
        pieces.append(
            (
                f"side.{side}",
                moved(
                    body((depth * 0.7, 0.03, height * 0.36), 0.5, 0.01),
                    origin + [-depth * 0.35, sign * width * 0.49, 0.03],
                ),
                "nylon",
                _darker(rgb, 0.7),
            )
        )
        path, outward = _backpack_strap(sign, cloth, local, origin, width, height, top)
        pieces.append((f"strap.{side}", ribbon(path, outward, 0.048 * scale, 0.009), "nylon", _darker(rgb, 0.62)))
    return [(n, moved(s, base, chest.T), look, c) for n, s, look, c in pieces]


def _backpack_strap(
    sign: float, cloth: np.ndarray, local: dict, origin: np.ndarray, width: float, height: float, top: float
) -> tuple[np.ndarray, np.ndarray]:
    """Path (n, 3) of one strap and where its outer side faces (n, 3), in the chest's frame.

    Seen from the side the strap runs round the outline of the cloth, as polar angles from inside the chest see it: from
    behind over the shoulder and down to the lower ribs; then under the arm to the pack's foot.
    """
    joint = local["upperarm01.L" if sign > 0 else "upperarm01.R"]
    y0 = sign * float(np.clip(0.60 * abs(joint[1]), 0.075, 0.125))
    angles = np.radians(np.linspace(140.0, -40.0, 26))
    aside = y0 + sign * 0.05 * np.clip(-angles / np.radians(40), 0, 1) ** 2
    band = cloth[np.abs(cloth[:, 1] - y0) < 0.05]
    band = band[np.abs(band[:, 2] - top) < 0.7 * height] if len(band) else cloth
    middle = np.array([0.5 * (band[:, 0].min() + band[:, 0].max()), top - 0.26 * height])
    away = cloth[:, [0, 2]] - middle
    radius, angle = np.linalg.norm(away, axis=1), np.arctan2(away[:, 1], away[:, 0])
    reach = np.full(len(angles), np.nan)
    for k, (a, y) in enumerate(zip(angles, aside, strict=True)):
        near = (np.abs(angle - a) < np.radians(6)) & (np.abs(cloth[:, 1] - y) < 0.026)
        if near.any():
            reach[k] = np.percentile(radius[near], 96)
    known = np.isfinite(reach)
    if not known.any():
        reach, known = np.full(len(angles), 0.15), np.ones(len(angles), bool)
    reach = np.interp(np.arange(len(angles)), np.flatnonzero(known), reach[known])
    wide = np.maximum.reduce([np.roll(reach, 1), reach, np.roll(reach, -1)])[1:-1]
    reach = np.r_[reach[0], 0.5 * reach[1:-1] + 0.5 * wide, reach[-1]] + 0.005
    round_ = np.column_stack([middle[0] + reach * np.cos(angles), aside, middle[1] + reach * np.sin(angles)])
    start = np.array([origin[0] - 0.01, y0 * 0.85, top - 0.015])
    last = round_[-1]
    ribs = cloth[(np.abs(cloth[:, 2] - last[2]) < 0.03)]
    side = float(np.percentile(sign * ribs[:, 1], 97)) if len(ribs) else 0.16
    under = [
        np.array([0.5 * (last[0] + middle[0]), sign * (side + 0.004), last[2] - 0.03]),
        np.array([origin[0] - 0.02, sign * width * 0.46, min(last[2] - 0.05, origin[2] + 0.12 * height)]),
    ]
    path = smooth_path(np.concatenate([[start], round_[round_[:, 0] > origin[0] + 0.012], under]), 52, 2)
    outward = path - [middle[0], 0.0, middle[1]]
    turned = np.clip((last[2] + 0.03 - path[:, 2]) / 0.05, 0, 1)[:, None]  # under the arm it faces to the side
    return path, outward * (1 - turned) * [1, 0.3, 1] + outward * turned * [0.5, 1, 0] + Z * 1e-6


# ---------------------------------------------------------------------- umbrellas


def _umbrella(thing: CarriedSpec, who: Carrier) -> list[Piece]:
    side = _SIDE[thing.held.split("_")[0]]
    hold = who.fist(side)[0]
    return _open_umbrella(thing, who, side, hold) if thing.is_open else _furled_umbrella(thing, who, hold)


def _open_umbrella(thing: CarriedSpec, who: Carrier, side: str, hold: np.ndarray) -> list[Piece]:
    """Eight taut gores over ribs and stretchers; the shaft leans so that the head is under the middle."""
    radius, deep = 0.56 * thing.size, 0.24 * thing.size
    head = who.posed.place("head", who.posed.rig.points["head:tail"])
    peak_z = head[2] + 0.25
    lean = who.yaw @ np.array([0.05 if who.walks else 0.0, 0, 0])
    towards = (head - hold) * [1, 1, 0]
    peak = np.array([*(hold + 0.25 * towards + lean)[:2], peak_z])
    up = unit(peak - hold)
    axes = np.stack([unit(np.cross(Y, up)), np.cross(up, unit(np.cross(Y, up))), up])
    ribs, per = 8, 6
    azimuth = np.linspace(0, 2 * np.pi, ribs * per, endpoint=False)
    between = (azimuth / (2 * np.pi / ribs)) % 1.0
    chord = np.cos(np.pi / ribs) / np.cos(2 * np.pi / ribs * (between - 0.5))  # gores are straight from rib to rib
    rows = []
    for t in np.linspace(0.02, 1.0, 9):
        pull = 1 - (1 - chord * (1 - 0.05 * t * np.sin(np.pi * between))) * min(1.0, 1.3 * t)
        r = radius * t * pull
        rows.append(np.stack([r * np.cos(azimuth), r * np.sin(azimuth), -deep * (t * pull) ** 1.8], 1))
    canopy = loft(np.array(rows), True, False)
    frame = []
    for a in 2 * np.pi / ribs * np.arange(ribs):
        d = np.array([np.cos(a), np.sin(a), 0])
        t = np.linspace(0.03, 1.015, 9)[:, None]
        rib = d * radius * t - Z * (deep * t**1.8 + 0.006)
        frame += [pipe(rib, 0.0022, 5), bar(-Z * 0.30 * thing.size, rib[4], 0.0018, 4)]
    length = float((peak - hold) @ up)
    shaft = bar(np.array([0, 0, 0.045]), np.array([0, 0, -length - 0.02]), 0.005)
    handle = np.array([0, 0, -length])
    crook = np.concatenate(
        [
            np.linspace(handle + [0, 0, 0.06], handle - [0, 0, 0.10], 5),
            [handle + [0.028 * (1 - np.cos(b)), 0, -0.10 - 0.034 * np.sin(b)] for b in np.linspace(0.5, 3.3, 7)],
        ]
    )
    pieces = [
        ("canopy", canopy, "canopy", thing.rgb),
        ("frame", merged(shaft, *frame), "metal", _STEEL),
        ("handle", pipe(crook, 0.0105, 8), "plastic", _darker(thing.second_rgb, 0.5)),
    ]
    return [(n, moved(s, peak, axes), look, c) for n, s, look, c in pieces]


def _furled_umbrella(thing: CarriedSpec, who: Carrier, hold: np.ndarray) -> list[Piece]:
    """Carried like a stick: the crook in the fist, the tip just off the ground ahead."""
    length = min(0.84 * thing.size, hold[2] - 0.05)
    lean = 9.0 if who.walks else 3.0
    axes = rotation(who.yaw @ Y, lean) @ who.yaw
    around = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    rings = []
    for t in np.linspace(0, 1, 10):
        r = (0.008 + 0.021 * np.sin(np.pi * min(1.0, t * 0.9 + 0.1)) ** 0.6) * (1 + 0.10 * np.sin(8 * around + 5 * t))
        z = -0.16 - t * (length - 0.22)
        rings.append(np.stack([r * np.cos(around), r * np.sin(around), np.full(32, z)], 1))
    shaft = bar(np.array([0, 0, -0.05]), np.array([0, 0, -length]), 0.0045)
    crook = [[0, 0, -0.17], [0, 0, -0.10], [0, 0, -0.035]]
    crook += [[-0.034 * (1 - np.cos(b)), 0, -0.02 + 0.034 * np.sin(b)] for b in np.linspace(0.3, 3.6, 8)]
    crook = np.array(crook) + [0.034, 0, -0.012]
    pieces = [
        ("canopy", loft(np.array(rings)), "canopy", thing.rgb),
        ("shaft", shaft, "metal", _STEEL),
        ("handle", pipe(crook, 0.010, 8), "plastic", _darker(thing.second_rgb, 0.5)),
    ]
    return [
        (n, moved(s if n == "handle" else moved(s, np.array([0.034, 0, 0])), hold, axes.T), k, c)
        for n, s, k, c in pieces
    ]


# ---------------------------------------------------------------------- on wheels


def _suitcase(thing: CarriedSpec, who: Carrier) -> list[Piece]:
    """A trolley case on two wheels: pulled behind at a slant, or upright beside somebody who stands."""
    side = _SIDE[thing.held.split("_")[0]]
    out, yaw = SIDES[side], who.yaw
    hold = who.fist(side)[0]
    height, width, depth, r = 0.56 * thing.size, 0.38 * thing.size, 0.23 * thing.size, 0.028
    if who.walks:
        length = max(height + 0.36, 0.98 * thing.size, (hold[2] - r) / np.sin(np.radians(58)))
        slant = float(np.degrees(np.arcsin(np.clip((hold[2] - r) / length, 0.2, 0.98))))
    else:
        length, slant = hold[2] - r, 90.0
    # Own axes: x from the back panel to the front, z along the bars; the axle's middle is the origin.
    bars_x = -depth * 0.30
    back, up = slant - 90.0, r
    tilt = yaw @ rotation(Y, -back)
    aside = yaw @ np.array([0, out * (0.015 if who.walks else 0.05), 0])
    origin = hold - tilt @ np.array([bars_x, 0, length]) + aside
    origin[2] = r if not who.walks else origin[2]
    pieces: list[Piece] = []
    shell = thing.style == "shell"
    case = body((depth, width, height), 0.30 if shell else 0.2, 0.035 if shell else 0.02)
    lift = np.array([0, 0, up])
    pieces.append(("case", moved(case, lift), "shell" if shell else "canvas", thing.rgb))
    if shell:
        for y in np.linspace(-0.36, 0.36, 7) * width:
            rib = bar(np.array([depth * 0.496, y, 0.07]), np.array([depth * 0.496, y, height - 0.07]), 0.006, 6)
            pieces.append(("rib", moved(rib, lift), "shell", _darker(thing.rgb, 0.92)))
        seam = body((0.008, width * 1.012, height * 1.008), 0.30, 0.035)
        pieces.append(("seam", moved(seam, lift - [0, 0, 0.002]), "plastic", _DARK))
    else:
        for z, h in ((0.07, 0.40), (0.52, 0.36)):
            pocket = body((0.05, width * 0.84, height * h), 0.25, 0.015)
            pieces.append(
                ("pocket", moved(pocket, lift + [depth * 0.48, 0, z * height]), "canvas", _darker(thing.rgb, 0.85))
            )
    for y in (-1, 1):
        tyre, rim = wheel(r, 0.022)
        at = np.array([bars_x, y * width * 0.40, 0])
        pieces += [("wheel", moved(tyre, at), "tyre", _TYRE), ("hub", moved(rim, at), "plastic", (0.1, 0.1, 0.1))]
        rail = bar(np.array([bars_x, y * 0.075, height * 0.6]), np.array([bars_x, y * 0.075, length - 0.005]), 0.006)
        pieces.append(("rail", rail, "metal", _STEEL))
    grip = pipe(np.array([[bars_x, y, length] for y in (-0.09, -0.04, 0.04, 0.09)]), 0.013, 8)
    pieces.append(("grip", grip, "plastic", _DARK))
    foot = body((0.03, width * 0.6, 0.02), 0.4, 0.004)
    pieces.append(("foot", moved(foot, np.array([depth * 0.36, 0, up - 0.022])), "plastic", _DARK))
    return [(n, moved(s, origin, tilt.T), look, c) for n, s, look, c in pieces]


def _bar_between_hands(who: Carrier) -> np.ndarray:
    """Middle (3,) of the bar that both hands hold."""
    left, right = who.fist("L")[0], who.fist("R")[0]
    return (left + right) / 2


def _pair(make) -> Solid:
    """The same on both sides: `make(sign)`."""
    return merged(make(1.0), make(-1.0))


def _on_wheels(who: Carrier, pieces: list[Piece]) -> list[Piece]:
    """Pieces whose x counts from the bar, onto the ground before the person."""
    at = _bar_between_hands(who) * [1, 1, 0]
    return [(n, moved(s, at, who.yaw.T), look, c) for n, s, look, c in pieces]


def _wheels(x: float, half: float, radius: float, width: float, spokes: int) -> list[Piece]:
    out: list[Piece] = []
    for sign in (1, -1):
        tyre, rim = wheel(radius, width, spokes)
        at = np.array([x, sign * half, radius])
        out += [("wheel", moved(tyre, at), "tyre", _TYRE), ("rim", moved(rim, at), "plastic", (0.25, 0.25, 0.26))]
    return out


def _hood(hinge: np.ndarray, radius: float, half: float, start_deg: float, end_deg: float) -> tuple[Solid, Solid]:
    """A folding hood of bows about a lateral axis, from one angle above the horizontal to another; and its bows."""
    u = np.linspace(0, np.pi, 17)
    rows, bows = [], []
    angles = np.linspace(start_deg, end_deg, 13)
    for k, angle in enumerate(angles):
        a = np.radians(angle)
        sag = 1 - (0.03 if k % 4 else 0.0)
        r = radius * sag * np.sin(u) ** 0.55
        row = hinge + np.stack([r * np.cos(a), half * np.sign(np.cos(u)) * np.abs(np.cos(u)) ** 0.8, r * np.sin(a)], 1)
        rows.append(row)
        if k % 4 == 0:
            bows.append(pipe(row, 0.006, 5))
    rows = np.array(rows)
    faces = np.arange(rows.shape[0] * 17).reshape(rows.shape[0], 17)
    quads = np.stack([faces[:-1, :-1], faces[:-1, 1:], faces[1:, 1:], faces[1:, :-1]], -1).reshape(-1, 4)
    return (rows.reshape(-1, 3), quads), merged(*bows)


def _pram(thing: CarriedSpec, who: Carrier) -> list[Piece]:
    high = float(_bar_between_hands(who)[2])
    rgb, lining = thing.rgb, (0.30, 0.29, 0.27)
    rear, front = 0.24, 0.86
    half, r_rear, r_front = 0.27, 0.135, 0.11
    pieces = _wheels(rear, half, r_rear, 0.045, 8) + _wheels(front, half * 0.92, r_front, 0.045, 8)
    knee = np.array([0.42, 0, 0.46])

    def frame(sign: float) -> Solid:
        y = sign * (half - 0.035)
        push = smooth_path([[0.0, y, high], [0.10, y, high - 0.03], [knee[0], y, knee[2]], [front, y, r_front]], 20)
        return merged(
            pipe(push, 0.011, 8), bar(np.array([knee[0] + 0.04, y, knee[2] - 0.04]), np.array([rear, y, r_rear]), 0.010)
        )

    cross = [bar(np.array([x, -half, r]), np.array([x, half, r]), 0.008) for x, r in ((rear, r_rear), (front, r_front))]
    grip = pipe(np.array([[0, y, high] for y in np.linspace(-half + 0.035, half - 0.035, 7)]), 0.015, 10)
    basket = body((0.50, 2 * half - 0.12, 0.15), 0.3, 0.03, np.array([[0, 0.85, 0.9], [1, 1, 1]]))
    pieces += [
        ("frame", merged(_pair(frame), *cross), "metal", (0.06, 0.06, 0.062)),
        ("grip", grip, "leather", _DARK),
        ("basket", moved(basket, np.array([0.50, 0, 0.20])), "nylon", _darker(rgb, 0.4)),
    ]
    if thing.style == "bassinet":
        tub_z, tub_h = 0.56, 0.24
        profile = np.array([[0, 0.80, 0.82], [0.5, 0.95, 0.96], [1, 1, 1]])
        tub = body((0.80, 0.40, tub_h), 0.6, 0.05, profile)
        cover = body((0.50, 0.385, 0.05), 0.6, 0.022)
        hood, bows = _hood(np.array([0.76, 0, tub_z + tub_h - 0.03]), 0.30, 0.20, 4, 112)
        pieces += [
            ("tub", moved(tub, np.array([0.55, 0, tub_z])), "canvas", rgb),
            ("cover", moved(cover, np.array([0.42, 0, tub_z + tub_h - 0.028])), "canvas", _darker(rgb, 0.85)),
            ("hood", hood, "canvas", rgb),
            ("bows", bows, "canvas", _darker(rgb, 0.7)),
        ]
        return _on_wheels(who, pieces)
    seat = smooth_path(
        [[0.30, 0, 0.98], [0.37, 0, 0.72], [0.46, 0, 0.50], [0.72, 0, 0.53], [0.82, 0, 0.33], [0.90, 0, 0.30]], 26, 2
    )
    normal = np.cross(np.gradient(seat, axis=0), Y)
    blanket = body((0.34, 0.30, 0.14), 0.7, 0.05, np.array([[0, 1, 1], [1, 0.8, 0.8]]))
    bumper = arch(np.array([0.52, -0.17, 0.60]), np.array([0.52, 0.17, 0.60]), np.array([0.20, 0, 0.08]), 13)
    hood, bows = _hood(np.array([0.40, 0, 0.80]), 0.31, 0.19, 20, 128)
    pieces += [
        ("seat", ribbon(seat, -normal, 0.34, 0.035), "nylon", rgb),
        ("blanket", moved(blanket, np.array([0.62, 0, 0.53])), "canvas", lining),
        ("bumper", pipe(bumper, 0.013, 8), "leather", _DARK),
        ("hood", hood, "nylon", rgb),
        ("bows", bows, "nylon", _darker(rgb, 0.6)),
    ]
    return _on_wheels(who, pieces)


def _trolley(thing: CarriedSpec, who: Carrier) -> list[Piece]:
    """A shopping trolley of cloth on four small wheels."""
    high = float(_bar_between_hands(who)[2])
    half = 0.17
    bag_h = min(0.58, high - 0.30)
    profile = np.array([[0, 0.92, 0.95], [0.85, 1, 1], [1, 0.75, 0.9]])

    def frame(sign: float) -> Solid:
        y = sign * half
        path = smooth_path(
            [[0, y, high], [0.08, y, high - 0.02], [0.14, y, 0.6 * high], [0.16, y, 0.12], [0.48, y, 0.10]], 22
        )
        return pipe(path, 0.009, 8)

    grip = pipe(np.array([[0, y, high] for y in np.linspace(-half - 0.02, half + 0.02, 5)]), 0.014, 10)
    pieces = [
        *_wheels(0.16, half + 0.02, 0.075, 0.03, 6),
        *_wheels(0.47, half + 0.02, 0.055, 0.03, 0),
        ("frame", _pair(frame), "metal", (0.3, 0.3, 0.31)),
        ("grip", grip, "plastic", _DARK),
        ("bag", moved(body((0.30, 0.36, bag_h), 0.35, 0.03, profile), np.array([0.33, 0, 0.13])), "canvas", thing.rgb),
        (
            "lid",
            moved(body((0.31, 0.37, 0.07), 0.4, 0.02), np.array([0.33, 0, 0.10 + bag_h])),
            "canvas",
            _darker(thing.rgb, 0.7),
        ),
        ("pocket", moved(body((0.05, 0.28, 0.22), 0.35, 0.015), np.array([0.49, 0, 0.22])), "canvas", thing.second_rgb),
    ]
    return _on_wheels(who, pieces)


_MAKERS = {
    "phone": _phone,
    "handbag": _hand_bag,
    "shopping_bag": _hand_bag,
    "shoulder_bag": _shoulder_bag,
    "backpack": _backpack,
    "umbrella": _umbrella,
    "suitcase": _suitcase,
    "pram": _pram,
    "trolley": _trolley,
}
