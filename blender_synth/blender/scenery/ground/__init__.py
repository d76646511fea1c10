"""Carriageways, kerbs and pavements of towns, and the wear of carriageways."""

from blender_synth.blender.scenery.ground.surfaces import (
    ASPHALT,
    END_REACH_M,
    KERB_M,
    carriageway,
    lids,
    litter,
    pavement,
    scraps,
    side_streets,
)
from blender_synth.blender.scenery.ground.wear import StreetCarriageway, StreetWear, WearMap, noise_field

__all__ = [
    "ASPHALT",
    "END_REACH_M",
    "KERB_M",
    "StreetCarriageway",
    "StreetWear",
    "WearMap",
    "carriageway",
    "lids",
    "litter",
    "noise_field",
    "pavement",
    "scraps",
    "side_streets",
]
