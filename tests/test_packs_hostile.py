"""Small hostile packs take little time and memory, whatever they contain, before they are accepted or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from blender_synth.packs import limits
from tests import hostile_packs
from tests.measure_hostile import Taken, measure

LARGEST_MB = 1000
LONGEST_S = 10.0
"""Of processor time: the machine may be busy with other things."""
WITHOUT_BLENDER = [
    "yaml_merges", "yaml_many_items", "motion_lines", "material_tiff", "sky_huge", "tar_header", "zip_zeros",
]  # fmt: skip
IN_BLENDER = ["glb_count", "usdc_lz4", "mtl_words"]


def _check(name: str, taken: Taken) -> None:
    assert "Traceback" not in taken.said, taken.said
    if name in (*WITHOUT_BLENDER, *IN_BLENDER) or taken.said.strip() != "accepted":  # a fast machine accepts some
        assert "fix:" in taken.said, taken.said
        assert "file:" in taken.said, taken.said
    if "larger_than_10_mb" not in name:
        assert taken.cpu_s < LONGEST_S + 1, taken
        assert taken.memory_mb < LARGEST_MB, taken


@pytest.mark.parametrize("name", WITHOUT_BLENDER)
def test_hostile_packs(tmp_path: Path, name: str):
    _check(name, measure(name, tmp_path))


@pytest.mark.blender
@pytest.mark.parametrize("name", IN_BLENDER)
def test_hostile_shapes(tmp_path: Path, name: str):
    _check(name, measure(name, tmp_path))


@pytest.mark.blender
@pytest.mark.chaos
@pytest.mark.parametrize("name", sorted(set(hostile_packs.ALL) - {*WITHOUT_BLENDER, *IN_BLENDER}))
def test_all_hostile_packs(tmp_path: Path, name: str):
    _check(name, measure(name, tmp_path))


def test_limits_grow_with_the_size_of_a_file():
    assert limits.cpu_limit_s(0) == limits.cpu_limit_s(10_000_000) == limits.CPU_S
    assert limits.cpu_limit_s(30_000_000) == limits.CPU_S + 20
    assert limits.cpu_limit_s(10**10) == limits.MOST_CPU_S
    assert limits.memory_limit_bytes(1000) < 10**9
    assert limits.memory_limit_bytes(110_000_000) == limits.MEMORY_BYTES + 1_200_000_000
