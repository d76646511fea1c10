"""One dressed person: body, clothes, shoes, hair and eyes, posed, as plain arrays."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from blender_synth.bodies import anatomy, face, headwear, shoes
from blender_synth.bodies.carried.carrier import Carrier
from blender_synth.bodies.carried.items import carried_parts
from blender_synth.bodies.cloth.worn import Worn
from blender_synth.bodies.coverage import covered, tucked_m
from blender_synth.bodies.cuts import Wearer, cut_of, lower_cut
from blender_synth.bodies.data import BodyData, body_data
from blender_synth.bodies.detail import FINENESS, Detail, body_faces
from blender_synth.bodies.fields import smoothstep
from blender_synth.bodies.flesh import measure
from blender_synth.bodies.hair.beard import beard_field, make_beard
from blender_synth.bodies.hair.hairdo import make_hair
from blender_synth.bodies.hair.scalp import scalp_tint
from blender_synth.bodies.head import Head, head_of
from blender_synth.bodies.mesh import Surface, clipped, compact, joined, triangle_count, vertex_normals
from blender_synth.bodies.outfit import dress, settled
from blender_synth.bodies.parts import (
    ClothShading,
    EyeShading,
    FeltShading,
    GlossyShading,
    HairShading,
    Part,
    RubberShading,
    ShadingParams,
    ShoeShading,
    SkinShading,
)
from blender_synth.bodies.pose.gait import gait_moment
from blender_synth.bodies.pose.poser import pose_body
from blender_synth.bodies.shape import shaped_points
from blender_synth.bodies.skeleton import SIDES, Posed, Rig
from blender_synth.keypoints import COCO_KEYPOINTS
from blender_synth.world.people.clothes import GarmentSpec
from blender_synth.world.people.pedestrian import PedestrianSpec

SOCK_TOP = 1.73
"""Where socks end, as `Anatomy.leg`."""
_SHADOW = {"short": 0.72, "full": 0.95}
"""How dark the skin under a beard is."""
_CURLY = ("curly", "afro", "locs")


@dataclass(frozen=True)
class DressedPerson:
    """A person ready to be put into a scene.

    The origin is on the ground under the pelvis, +X forward, +Y left, +Z up; metres.

    Attributes:
        joints_m: COCO-17 keypoints by name, and every bone's head as ``"bone/<name>"``: (3,) arrays.
    """

    parts: tuple[Part, ...]
    joints_m: dict[str, np.ndarray]

    @property
    def triangles(self) -> int:
        """Number of triangles in all parts."""
        return sum(triangle_count(p.faces) for p in self.parts)

    def bounds_m(self) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest corner of the axis-aligned box around all parts."""
        return (
            np.min([p.vertices.min(0) for p in self.parts], axis=0),
            np.max([p.vertices.max(0) for p in self.parts], axis=0),
        )


def _skin_attributes(data: BodyData, points: np.ndarray, head: Head, spec: PedestrianSpec) -> dict[str, np.ndarray]:
    a = anatomy.body_anatomy()
    masks = data.masks
    leg = np.zeros(data.vertex_count)
    if spec.outfit.tights_rgb is not None:
        leg = np.maximum(leg, smoothstep(-0.3, -0.2, a.leg) * (a.arm < 0) * (a.drop > 0.05))
    elif spec.outfit.shoes.kind != "sandal" and (
        lower_cut(spec.outfit.lower).has_legs or spec.outfit.shoes.kind in ("sneaker", "boot")
    ):
        leg = (a.leg > SOCK_TOP).astype(float)
    return {
        "lips": masks["lips"],
        "nails": masks["fingernails"],
        "blush": _blush(),
        "hairs": np.maximum(
            beard_field() * _SHADOW.get(spec.hair.beard, 0.5 * spec.skin.stubble),
            scalp_tint(data, points, spec.hair, head),
        ),
        "lids": masks["eyelids"],
        "legwear": leg,
        "glove": smoothstep(1.9, 1.96, a.arm) if spec.outfit.glove_rgb else np.zeros(data.vertex_count),
        "rest": a.rest_m,
    }


@functools.cache
def _blush() -> np.ndarray:
    """(V,) how ruddy the skin is by nature: cheeks, nose, ears, knuckles and elbows."""
    data, points = body_data(), anatomy.reference_points()
    v = points[: data.vertex_count]
    eye, mouth = points[data.point("eye.L")], v[data.masks["lips"] > 0.5].mean(0)
    out = np.zeros(len(v))
    for sign in (1, -1):
        cheek = np.array([eye[0] + 0.015, sign * 0.036, (eye[2] + mouth[2]) / 2])
        out = np.maximum(out, np.exp(-(np.linalg.norm(v - cheek, axis=1) ** 2) / (2 * 0.018**2)))
    nose = np.array([eye[0] + 0.042, 0, (eye[2] + mouth[2]) / 2 - 0.004])
    out = np.maximum(out, 0.8 * np.exp(-(np.linalg.norm(v - nose, axis=1) ** 2) / (2 * 0.012**2)))
    out = np.maximum(out, 0.7 * data.masks["ears"])
    a = anatomy.body_anatomy()
    return np.maximum(out, 0.5 * np.clip((a.arm - 2.4) / 0.6, 0, 1))


def cloth_shading(garment: GarmentSpec) -> ClothShading:
    """The shading parameters of a garment."""
    fabric, cut = garment.fabric, cut_of(garment)
    return ClothShading(
        fabric=fabric.kind,
        rgb=fabric.rgb,
        pattern=fabric.pattern,
        second_rgb=fabric.second_rgb,
        scale_m=fabric.scale_m,
        seed=fabric.seed,
        texture=fabric.texture,
        closure=cut.closure(garment),
        seams=cut.seams,
        tight=cut.is_tight(garment),
        quilted=garment.thickness_m > 0.015,
    )


def dressed_person(spec: PedestrianSpec, detail: Detail = "full") -> DressedPerson:
    """Build one person.

    Args:
        spec: everything about them; nothing is sampled here.
        detail: ``"low"`` has a quarter of the faces and no folds of the pose, for people below about 120 pixels;
            ``"tiny"`` keeps the outline only, for those below about 45.
    """
    data, fine = body_data(), FINENESS[detail]
    points = shaped_points(data, spec.body)
    rig = Rig.of(data, points)
    outfit = spec.outfit
    head = head_of(data, points)
    worn = dress(Wearer(points, rig, fine.shell, head), outfit)
    lower = lower_cut(outfit.lower)
    under = lower.has_legs and outfit.lower.length > 1.7 and not lower.is_tight(outfit.lower)
    pairs = {s: shoes.make_shoe(data, points, rig, outfit.shoes, s, under, fine.shoe_step) for s in SIDES}
    measures = measure(data, points, rig, worn, outfit, pairs["L"].sole)
    posed = pose_body(rig, spec.pose, measures, spec.body.stature_m, spec.carried)
    hooded = outfit.outer is not None and outfit.outer.hood == "up"
    lowest = min(float(posed.skin(p.sole.vertices, p.sole.fields["weights"])[:, 2].min()) for p in pairs.values())
    posed = posed.shifted(np.array([0.0, 0.0, _lift_m(spec, rig, lowest)]))

    parts: list[Part] = []

    def add(
        name: str, surface: Surface, shading: ShadingParams, *attributes: str, at: np.ndarray | None = None
    ) -> None:
        if not len(surface.faces):
            return
        vertices = posed.skin(surface.vertices, surface.fields["weights"]) if at is None else at
        vertices = vertices.astype(np.float32)
        uv = surface.face_fields.get("uv")
        parts.append(
            Part(
                name,
                vertices,
                surface.faces,
                shading,
                None if uv is None else uv.astype(np.float32),
                {k: surface.fields[k].astype(np.float32) for k in attributes if k in surface.fields},
            )
        )

    normals = vertex_normals(points[: data.vertex_count], data.faces["body"])
    parts.append(_skin_part(data, points, normals, head, posed, spec, detail))
    if fine.small_parts:
        add(
            "eyes",
            face.make_eyes(data, points, detail == "full"),
            EyeShading(iris_rgb=spec.skin.iris_rgb),
            "gaze",
        )
    hair_shading = HairShading(rgb=spec.hair.rgb, curly=spec.hair.style in _CURLY)
    beard = HairShading(rgb=spec.hair.brow_rgb, curly=False)
    red, green, blue = (round(0.7 * h + 0.2 * s, 5) for h, s in zip(spec.hair.brow_rgb, spec.skin.rgb, strict=True))
    brow = HairShading(rgb=(red, green, blue), curly=False)  # thin hair: the skin shows
    if fine.small_parts:
        add("brows", face.make_brows(data, points, normals, 1.6 if spec.body.sex == "male" else 1.2), brow, "shade")
    posed_cloth = settled(worn, posed, fine.settle)
    for w, at in zip(worn, posed_cloth, strict=True):
        shading = cloth_shading(w.spec)
        if w.name == "scarf" and outfit.scarf_rgb is not None:
            shading = dataclasses.replace(shading, rgb=outfit.scarf_rgb, seams="none")
        add(w.name, w.surface, shading, "rest", "flow", "gather", at=at)
    s = outfit.shoes
    for side, shoe in pairs.items():
        add(f"shoe.{side}", shoe.upper, ShoeShading(rgb=s.rgb, gloss=s.gloss))
        add(f"sole.{side}", shoe.sole, RubberShading(rgb=s.sole_rgb))
        if shoe.accent is not None:
            laces = (0.6, 0.6, 0.58) if sum(s.rgb) < 1.2 else s.accent_rgb
            add(f"laces.{side}", shoe.accent, RubberShading(rgb=laces))
    mesh = make_hair(
        data,
        points,
        rig,
        head,
        spec.hair,
        body_faces(detail),
        fine.locks,
        hooded or outfit.hat != "none",
        _back_of(worn),
    )
    for name, surface in (("scalp", mesh.cap), ("locks", mesh.locks)):
        if surface is not None:
            add(name, surface, hair_shading, "shade")
    if spec.hair.beard == "full" and fine.beard_locks:
        add("beard", make_beard(data, points, normals, head, spec.hair, fine.beard_locks), beard, "shade")
    if outfit.hat != "none":
        for name, surface in headwear.hat(data, head, outfit.hat, spec.hair, fine.small_parts).items():
            add(name, surface, FeltShading(rgb=outfit.hat_rgb, knit=outfit.hat == "beanie"), "rest")
    if outfit.glasses != "none" and fine.small_parts:
        rims, lenses = headwear.glasses(data, points, head)
        add("glasses", rims, GlossyShading(rgb=(0.015, 0.014, 0.013)))
        if outfit.glasses == "sun":
            add("lenses", lenses, GlossyShading(rgb=(0.008, 0.008, 0.009)))
    if spec.carried:
        carrier = Carrier(posed, measures, _trunk_cloth(worn, posed_cloth), spec.pose.legs in ("walk", "run"))
        for item in spec.carried:
            parts += carried_parts(item, carrier)
    return DressedPerson(tuple(parts), _joints(data, points, posed))


def _trunk_cloth(worn: list[Worn], settled: list[np.ndarray]) -> np.ndarray:
    """(N, 3) vertices, as they have settled, of the cloth on the trunk that straps lie on."""
    flat = [
        at[w.surface.fields["arm_weight"] < 0.45]
        for w, at in zip(worn, settled, strict=True)
        if w.name not in ("collar", "scarf") and "arm_weight" in w.surface.fields
    ]
    return np.concatenate(flat)


def _lift_m(spec: PedestrianSpec, rig: Rig, lowest_m: float) -> float:
    """How far a posed body is lifted so that its soles are where they belong: on the ground, above it in a run's flight
    and, for somebody who sits wherever the legs end, but never in the ground. `lowest_m` is the soles' lowest point."""
    pose = spec.pose
    if pose.legs == "sit":
        return max(0.0, -lowest_m)
    if pose.legs != "run":
        return -lowest_m
    leg = rig.length("upperleg01.L", "lowerleg01.L") + rig.length("lowerleg01.L", "foot.L")
    return gait_moment("run", pose.phase, pose.speed_mps, leg, pose.arm_swing, pose.elbow_deg).flight_m - lowest_m


def _skin_part(
    data: BodyData,
    points: np.ndarray,
    normals: np.ndarray,
    head: Head,
    posed: Posed,
    spec: PedestrianSpec,
    detail: Detail,
) -> Part:
    a = anatomy.body_anatomy()
    hidden = covered(spec.outfit, 0.2 if detail == "tiny" else 1.0)
    for side, arm in (("L", spec.pose.left_arm), ("R", spec.pose.right_arm)):
        if arm == "pocket":
            hidden |= (a.arm > 2.12) & (a.side == SIDES[side])
    hidden |= data.masks["inside_mouth"] > 0.9
    bare = points[: data.vertex_count].astype(np.float64)
    whole = Surface(
        bare - normals * tucked_m(spec.outfit)[:, None],
        body_faces(detail),
        {"weights": data.weights, "leg": a.leg} | _skin_attributes(data, points, head, spec),
    )
    surface = compact(whole, ~hidden[whole.faces].all(1))
    if (surface.fields["legwear"] > 0).any() and spec.outfit.tights_rgb is None:  # socks end in a clean edge
        above = clipped(surface, SOCK_TOP - surface.fields["leg"])
        below = clipped(surface, surface.fields["leg"] - SOCK_TOP)
        surface = joined(
            above.with_fields(legwear=np.zeros(len(above.vertices))),
            below.with_fields(legwear=np.ones(len(below.vertices))),
        )
    gloved = surface.fields["glove"]
    if gloved.any():
        thick = vertex_normals(surface.vertices, surface.faces) * (0.0025 * gloved)[:, None]
        surface = surface.moved(surface.vertices + thick)
    vertices = posed.skin(surface.vertices, surface.fields["weights"])
    attributes = {k: v.astype(np.float32) for k, v in surface.fields.items() if k not in ("weights", "leg")}
    skin, outfit = spec.skin, spec.outfit
    shading = SkinShading(
        rgb=skin.rgb,
        lip_rgb=skin.lip_rgb,
        ruddiness=skin.ruddiness,
        tone=skin.tone,
        hair_rgb=spec.hair.rgb,
        legwear_rgb=outfit.tights_rgb or outfit.sock_rgb,
        glove_rgb=outfit.glove_rgb or outfit.sock_rgb,
        age_years=round(spec.body.age_years / 10) * 10,
    )
    return Part("skin", vertices.astype(np.float32), surface.faces, shading, None, attributes)


def _back_of(worn: list[Worn]) -> Callable[[np.ndarray], np.ndarray]:
    """z (M,) -> x of the furthest back surface of the clothes near the middle."""
    v = np.concatenate(
        [
            w.surface.vertices[w.surface.fields.get("arm_weight", np.zeros(len(w.surface.vertices))) < 0.3]
            for w in worn
            if w.name != "lower"
        ]
    )
    v = v[np.abs(v[:, 1]) < 0.14]
    levels = np.linspace(v[:, 2].min(), v[:, 2].max(), 30)
    back = np.array([v[np.abs(v[:, 2] - z) < 0.03, 0].min(initial=0.0) for z in levels])
    return lambda z: np.interp(z, levels, back)


@functools.cache
def _face_points() -> dict[str, np.ndarray]:
    """Vertex indices of nose tip and ears."""
    data, points = body_data(), anatomy.reference_points()
    v = points[: data.vertex_count]
    skin = np.unique(data.faces["body"])
    eye = points[data.point("eye.L")]
    nose = skin[(np.abs(v[skin, 1]) < 0.01) & (v[skin, 2] < eye[2]) & (v[skin, 2] > eye[2] - 0.07)]
    ears = data.masks["ears"] > 0.5
    return {
        "nose": nose[[int(v[nose, 0].argmax())]],
        "left_ear": np.flatnonzero(ears & (v[:, 1] > 0)),
        "right_ear": np.flatnonzero(ears & (v[:, 1] < 0)),
    }


def _joints(data: BodyData, points: np.ndarray, posed: Posed) -> dict[str, np.ndarray]:
    out = {}
    for name, vertices in _face_points().items():
        out[name] = posed.place("head", points[vertices]).mean(0)
    for side, word in (("L", "left"), ("R", "right")):
        eye = points[data.point(f"eye.{side}")]
        out[f"{word}_eye"] = posed.place(f"eye.{side}", eye + [0.011, 0, 0])
        for name, bone in (
            ("shoulder", "upperarm01"),
            ("elbow", "lowerarm01"),
            ("wrist", "wrist"),
            ("hip", "upperleg01"),
            ("knee", "lowerleg01"),
            ("ankle", "foot"),
        ):
            out[f"{word}_{name}"] = posed.heads[posed.rig.index[f"{bone}.{side}"]]
    ordered = {k: np.asarray(out[k], float) for k in COCO_KEYPOINTS}
    return ordered | {f"bone/{b}": posed.heads[i] for b, i in posed.rig.index.items()}
