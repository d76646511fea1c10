"""The safe loader: every format as Blender writes it, and hostile files of each kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from blender_synth.packs.safety import SHAPE_SUFFIXES
from tests.made_assets import export, fresh, make_crate, world_box

pytestmark = pytest.mark.blender


@pytest.mark.parametrize("suffix", SHAPE_SUFFIXES)
def test_every_format_comes_in_upright_and_in_metres(tmp_path: Path, suffix: str):
    from blender_synth.blender.assets.load import load_file

    make_crate(tmp_path)
    file = export(tmp_path / f"crate{suffix}")
    bpy = fresh()
    loaded = load_file(file, tmp_path)
    assert loaded.problems == []
    assert np.allclose(world_box(loaded.objects), [[0.75, -0.5, 0], [1.25, 0.5, 2]], atol=1e-5)
    assert [m.name for m in loaded.materials] == ["wood"]
    assert [tuple(image.size) for image in bpy.data.images] == [(8, 8)]  # read it, too
    loaded.drop()
    assert not bpy.data.objects
    assert not bpy.data.meshes
    assert not bpy.data.libraries
