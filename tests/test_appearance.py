"""How people look: clothes for the weather, bodies that stay in them, no two alike, details that agree."""

from __future__ import annotations

import collections
import functools

import numpy as np
import pytest

from blender_synth.bodies import anatomy
from blender_synth.bodies.coverage import covered, tucked_m
from blender_synth.bodies.data import body_data
from blender_synth.bodies.hair.scalp import scalp_tint
from blender_synth.bodies.head import head_of
from blender_synth.bodies.mesh import face_normals, vertex_normals
from blender_synth.bodies.outfit import settled
from blender_synth.bodies.person import dressed_person
from blender_synth.bodies.shape import shaped_points
from blender_synth.bodies.subdivision import cluster
from blender_synth.errors import ConfigError
from blender_synth.seeds import Streams
from blender_synth.world.climate import Climate
from blender_synth.world.people.activities import activities
from blender_synth.world.people.complexion import HAIR_STYLES
from blender_synth.world.people.pedestrian import Randomizer, Spec
from blender_synth.world.people.situation import Situation
from tests.nearest import nearest

MILD = Climate()
FROST = Climate(temperature_c=-5, snow_mm_h=0.5, sunlight=0.2)
RAIN = Climate(temperature_c=10, rain_mm_h=3, sunlight=0.05)
HEAT = Climate(temperature_c=28, sunlight=1.0)


def person(index: int, climate: Climate = MILD, seed: int = 9, **situation) -> Spec:
    return Randomizer().sample(
        Streams(seed, 0).child(f"people/{index}"),
        index + 1,
        (0, 0, 0),
        0.0,
        Situation(climate=climate, **situation),
    )


@functools.cache
def shares(climate: Climate, count: int = 120) -> dict[str, float]:
    """Shares of people who wear things."""
    seen: collections.Counter[str] = collections.Counter()
    for i in range(count):
        o = person(i, climate).outfit
        seen.update([f"lower {o.lower.kind}", f"outer {o.outer.kind if o.outer else 'none'}", f"hat {o.hat}"])
        seen.update(
            [f"shoes {o.shoes.kind}", f"glasses {o.glasses}", f"top {'short' if o.top.sleeve < 1.2 else 'long'}"]
        )
        seen["hood up"] += o.outer is not None and o.outer.hood == "up"
        seen["scarf"] += o.scarf_rgb is not None
        seen["gloves"] += o.glove_rgb is not None
        seen["vest"] += o.vest is not None
    return collections.defaultdict(float, {k: n / count for k, n in seen.items()})


def test_clothes_fit_the_weather():
    frost, rain, mild, heat = (shares(c) for c in (FROST, RAIN, MILD, HEAT))
    assert frost["lower shorts"] == frost["shoes sandal"] == frost["outer none"] == frost["lower dress"] == 0
    assert frost["hat beanie"] > 0.3
    assert frost["scarf"] > 0.2
    assert frost["gloves"] > 0.3
    assert heat["outer none"] == 1  # no coats at 28 degrees
    assert heat["hat beanie"] == heat["scarf"] == heat["gloves"] == heat["hood up"] == 0
    assert heat["lower shorts"] > 0.25
    assert heat["top short"] > 0.9
    assert heat["glasses sun"] > 2 * mild["glasses sun"]
    assert heat["hat cap"] + heat["hat brim"] > 0.15
    assert rain["hood up"] > 0.25
    assert rain["glasses sun"] == 0
    assert 0.2 < mild["outer none"] < 0.8
    assert 0 < mild["vest"] < 0.08


def test_weather_changes_clothes_only():
    for i in range(20):
        mild, frost = person(i), person(i, FROST)
        assert (mild.body, mild.skin, mild.hair) == (frost.body, frost.skin, frost.hair)
        assert mild.outfit.fold_seed == frost.outfit.fold_seed
        assert (mild.outfit.sock_rgb, mild.outfit.hat_rgb) == (frost.outfit.sock_rgb, frost.outfit.hat_rgb)  # taste


def test_children_wear_childrens_clothes_and_do_not_crawl():
    for i in range(60):
        child = person(i, generation="child")
        assert child.body.age_years >= 4
        assert child.outfit.vest is None
        assert child.outfit.shoes.kind != "leather" or child.body.age_years >= 13
        assert child.hair.beard == "none"


def test_a_garment_that_nobody_can_sew_is_named():
    from blender_synth.config import randomizer_from

    with pytest.raises(ConfigError) as error:
        randomizer_from("people", {"kind": "pedestrian", "outfit": {"outers": {"cape": 1}}}, "pedestrians.person")
    assert "pedestrians.person.outfit.outers" in str(error.value)
    assert "cape" in str(error.value)
    assert "rain_jacket" in str(error.value)  # what there is instead


def _features(spec: Spec) -> np.ndarray:
    """What tells people apart at a distance: size, build, colours, cut and hair."""
    o, rest = spec.outfit, (0.0, 0.0, 0.0)
    style = np.zeros(len(HAIR_STYLES))
    style[HAIR_STYLES.index(spec.hair.style)] = 0.3
    upper = o.outer or o.top
    colours = np.sqrt([*spec.skin.rgb, *spec.hair.rgb, *upper.fabric.rgb, *o.lower.fabric.rgb, *(o.shoes.rgb or rest)])
    cut = [o.lower.length / 2, upper.length, upper.sleeve / 2, upper.fit, o.lower.fit]
    return np.concatenate([[spec.body.stature_m * 2, spec.body.weight], colours, cut, style])


def test_no_two_of_sixty_are_alike():
    table = np.array([_features(person(i)) for i in range(60)])
    apart = np.linalg.norm(table[:, None] - table[None], axis=2)[np.triu_indices(60, 1)]
    assert apart.min() > 0.25
    data = body_data()
    shapes = np.array([shaped_points(data, person(i).body)[data.skin_vertices[::20]] for i in range(12)])
    differ = np.sqrt(((shapes[:, None] - shapes[None]) ** 2).sum(3).mean(2))[np.triu_indices(12, 1)]
    assert differ.min() > 0.008  # metres, mean over the body


def test_faces_differ():
    data = body_data()
    face = np.flatnonzero(data.masks["face"] > 0.5)
    heads = []
    for i in range(10):
        points = shaped_points(data, person(i).body)
        head = head_of(data, points)
        heads.append((points[face] - head.centre) / head.scale)
    heads = np.array(heads)
    differ = np.sqrt(((heads[:, None] - heads[None]) ** 2).sum(3).mean(2))[np.triu_indices(10, 1)]
    assert differ.min() > 0.0015


@pytest.mark.parametrize("style", HAIR_STYLES)
def test_hair_leaves_the_face_free(style):
    import dataclasses

    spec = person(2, HEAT, activity="stand")
    length = {"short": 0.06, "fade": 0.045, "side_part": 0.09}.get(style, 0.3)  # the longest that is drawn
    spec = dataclasses.replace(
        spec,
        hair=dataclasses.replace(spec.hair, style=style, length_m=length, volume_m=0.02, hairline=0.0, beard="none"),
        outfit=dataclasses.replace(spec.outfit, hat="none", glasses="none"),
    )
    built = dressed_person(spec)
    strands = [p.vertices for p in built.parts if p.name in ("locks", "scalp")]
    assert bool(strands) == (style not in ("bald", "buzz"))
    tint = scalp_tint(
        body_data(),
        points := shaped_points(body_data(), spec.body),
        spec.hair,
        head_of(body_data(), points),
    )
    assert tint.max() > 0.4
    assert tint[body_data().masks["lips"] > 0.5].max() == 0
    if strands:  # nothing between the eyes and the mouth, seen from the front
        j = built.joints_m
        ahead = j["nose"] - (j["left_ear"] + j["right_ear"]) / 2
        ahead /= np.linalg.norm(ahead)
        d = np.concatenate(strands) - j["nose"]
        off = np.linalg.norm(d - (d @ ahead)[:, None] * ahead, axis=1)
        assert not ((off < 0.028) & (d @ ahead > -0.05)).any()


def _inside(v: np.ndarray, vertices: np.ndarray, faces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whether a face of cloth lies over each vertex, and the vertex's height above it (positive: outside)."""
    centres, normals = vertices[faces].mean(1), face_normals(vertices, faces)
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    near = nearest(centres, v)
    d = v - centres[near]
    height = (d * normals[near]).sum(1)
    distance = np.linalg.norm(d, axis=1)
    aside = np.sqrt(np.maximum(distance**2 - height**2, 0))
    return (distance < 0.03) & (aside < 0.010), height


def poke_through(spec: Spec, monkeypatch) -> tuple[int, int]:
    """Drawn body vertices that lie under a garment in the rest pose, and those of them outside all of these when posed.

    Cloth of an arm is held against that arm only: a bare arm beside the ribs is outside the shirt, as it should be.
    """
    kept = []

    def keep(worn, posed, folds):
        kept.append((worn, posed, settled(worn, posed, folds)))
        return kept[-1][2]

    monkeypatch.setattr("blender_synth.bodies.person.settled", keep)
    dressed_person(spec)
    monkeypatch.setattr("blender_synth.bodies.person.settled", settled)
    worn, posed, at = kept[0]
    data, a = body_data(), anatomy.body_anatomy()
    points = shaped_points(data, spec.body)
    body = np.unique(data.faces["body"][~covered(spec.outfit)[data.faces["body"]].all(1)])
    normals = vertex_normals(points[: data.vertex_count], data.faces["body"])
    rest = points[body]
    v = posed.skin(rest - normals[body] * tucked_m(spec.outfit)[body, None], data.weights[body])
    limb = np.where(a.arm_weight[body] > 0.5, a.side[body], 0)
    under, safe = np.zeros(len(body), bool), np.zeros(len(body), bool)
    for w, vertices in zip(worn, at, strict=True):
        faces = w.surface.faces[w.surface.face_fields["lining"] == 0]
        arm = w.surface.fields["arm_weight"][faces].mean(1) > 0.5
        part = np.where(arm, np.sign(w.surface.vertices[faces].mean(1)[:, 1]), 0)
        near, height = _inside(rest, w.surface.vertices, faces)
        covers = near & (height < 0)
        over, rise = np.zeros(len(v), bool), np.zeros(len(v))
        for k in (-1, 0, 1):
            mine = limb == k
            if mine.any() and (part == k).any():
                over[mine], rise[mine] = _inside(v[mine], vertices, faces[part == k])
        under |= covers
        safe |= covers & ~(over & (rise > 0.001))
    worn_top = [g for g in (spec.outfit.top, spec.outfit.outer) if g is not None]
    bare = a.arm[body] > max(g.sleeve for g in worn_top)  # beyond the end of a sleeve or a leg, nothing is covered
    if spec.outfit.lower.kind not in ("skirt", "dress"):
        bare |= (a.leg[body] > spec.outfit.lower.length) & (a.arm[body] < 0)
    under &= ~bare
    return int(under.sum()), int((under & ~safe).sum())


def test_skin_stays_under_clothes_whatever_people_do(monkeypatch):
    covered = outside = 0
    for i, activity in enumerate(activities()):
        climate = (FROST, HEAT)[i % 2]
        spec = person(i, climate, activity=activity, seat_m=0.45 if activity == "sit" else None)
        n, poking = poke_through(spec, monkeypatch)
        covered, outside = covered + n, outside + poking
    assert covered > 3000
    assert outside / covered < 0.01


@pytest.mark.parametrize("index", range(4))
def test_details_show_the_same_person(index):
    spec = person(index)
    full, low, tiny = (dressed_person(spec, d) for d in ("full", "low", "tiny"))
    worn = [sum(2 * len(p.faces) for p in d.parts if p.shading.kind != "carried") for d in (full, low, tiny)]
    assert worn[1] < 16_000
    assert worn[2] < 7_000 < worn[1] < worn[0]
    for name, place in full.joints_m.items():
        assert np.linalg.norm(place - low.joints_m[name]) < 0.01
        assert np.linalg.norm(place - tiny.joints_m[name]) < 0.02
    for other, within in ((low, 0.03), (tiny, 0.06)):  # a pixel of 110 and two of 45
        for a, b in zip(full.bounds_m(), other.bounds_m(), strict=True):
            assert np.abs(a - b).max() < within


def test_merged_meshes_use_vertices_that_were_there():
    data, rest = body_data(), anatomy.body_anatomy().rest_m
    faces = cluster(rest, data.faces["body"], np.full(len(rest), 0.05))
    assert 100 < len(faces) < len(data.faces["body"]) / 5
    assert np.isin(faces, data.skin_vertices).all()
    triangle = faces[:, 2] == faces[:, 3]
    for row in faces[triangle][:, :3].tolist() + faces[~triangle].tolist():
        assert len(set(row)) == len(row)
