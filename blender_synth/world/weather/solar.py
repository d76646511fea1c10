"""The sun's position at a place, date and time; computed by astral."""

from __future__ import annotations

import datetime

from astral import Observer
from astral.sun import azimuth, elevation
from pydantic import Field

from blender_synth.values import plain


@plain
class Place:
    """A place on earth and its clock.

    Parameters:

    | key | default | unit | meaning |
    | --- | --- | --- | --- |
    | `latitude_deg` | required | degrees | north is positive |
    | `longitude_deg` | required | degrees | east is positive |
    | `utc_offset_h` | null | h | how far its clock is ahead of UTC, summer time included; null: local solar time |
    """

    latitude_deg: float = Field(ge=-90, le=90)
    longitude_deg: float = Field(ge=-180, le=180)
    utc_offset_h: float | None = Field(default=None, ge=-14, le=14)


def sun_position(place: Place, date: datetime.date, clock: datetime.time) -> tuple[float, float]:
    """(elevation, azimuth) of the sun in degrees; azimuth clockwise from north. Refraction is included."""
    offset_h = place.longitude_deg / 15 if place.utc_offset_h is None else place.utc_offset_h
    local = datetime.datetime.combine(date, clock, tzinfo=datetime.UTC)
    when = local - datetime.timedelta(hours=offset_h)
    observer = Observer(place.latitude_deg, place.longitude_deg)
    return float(elevation(observer, when)), float(azimuth(observer, when))
