"""Traits that materials declare, and what weather and asset packs make of them."""

from __future__ import annotations

import pytest

bpy = pytest.importorskip("bpy")

from blender_synth.blender.scenery.materials import MAKERS, Materials  # noqa: E402
from blender_synth.blender.scenery.meshes import quad, to_object  # noqa: E402
from blender_synth.blender.shading.nodes import Graph  # noqa: E402
from blender_synth.blender.shading.traits import (  # noqa: E402
    MaterialTraits,
    declare_traits,
    declares_traits,
    traits_by_name,
    traits_of,
)
from blender_synth.blender.stage import Stage  # noqa: E402
from blender_synth.blender.weather import cover, heights  # noqa: E402
from blender_synth.world.materials import SURFACES  # noqa: E402
from tests.test_weather_blender import weather  # noqa: E402


@pytest.fixture(autouse=True)
def empty_scene():
    bpy.ops.wm.read_factory_settings(use_empty=True)


def test_declared_traits_are_read_back_and_kept_by_copies():
    traits = MaterialTraits(soaks=False, film=True, snow=0.25, surface="road", roughness_class="marked")
    material = bpy.data.materials.new("any name")
    assert not declares_traits(material)
    assert traits_of(material) == MaterialTraits()
    declare_traits(material, traits)
    assert declares_traits(material)
    assert traits_of(material) == traits == traits_of(material.copy())


def test_properties_of_wrong_type_in_a_file_fall_back_to_the_defaults():
    material = bpy.data.materials.new("any name")
    material["bs_snow"], material["bs_surface"] = "deep", 3
    assert traits_of(material) == MaterialTraits()
    material["bs_snow"] = 7.0
    assert traits_of(material).snow == 1.0


def test_materials_of_the_scenery_have_the_traits_of_their_names():
    materials = Materials()
    for name in sorted(MAKERS):
        traits = traits_of(materials[name])
        assert traits.surface in ("", *SURFACES)
        if name in ("asphalt", "kerb", "paving_slabs", "iron", "window", "glow", "metal", "leaf", "terrazzo"):
            assert traits == traits_by_name(name)
    assert traits_by_name("cobbles") == MaterialTraits()


def test_weather_goes_by_traits_and_not_by_names():
    stage = Stage(bpy.context.scene)
    made = Materials()
    for name, traits in (
        ("road", MaterialTraits(soaks=False, snow=0.0)),
        ("velvet", MaterialTraits(film=True, snow=0.5)),
    ):
        g = Graph(name, traits)
        made[name] = g.surface(g.principled(base=(0.5, 0.5, 0.5)))
        stage.add(to_object(name, quad((0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), name), made), 3001)
    camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
    stage.scene.collection.objects.link(camera)
    stage.scene.camera = camera
    spec = weather(wetness=0.8, snow_depth_cm=4.0)
    above = heights.render_heights(stage)
    cover.wet(spec, stage, above)
    cover.snow(spec, stage, above)
    groups = {
        name: {n.node_tree.name for n in made[name].node_tree.nodes if n.type == "GROUP"} for name in ("road", "velvet")
    }
    assert groups == {"road": set(), "velvet": {"wet", "snow"}}
