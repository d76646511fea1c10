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
from blender_synth.blender.scenery.ground.wear import PIXEL_M, StreetCarriageway, StreetWear, WearMap

__all__ = [
    "ASPHALT",
    "END_REACH_M",
    "KERB_M",
    "PIXEL_M",
    "StreetCarriageway",
    "StreetWear",
    "WearMap",
    "carriageway",
    "lids",
    "litter",
    "pavement",
    "scraps",
    "side_streets",
]
