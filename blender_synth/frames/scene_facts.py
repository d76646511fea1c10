"""Typed views of a frame's `spec`: weather, camera rig, people and props, as they were sampled.

The spec itself is plain data whose layout belongs to `world/`. Everything that a plug-in's spec may lack is None here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class WeatherFacts:
    """The weather of a scene. None where the kind of weather does not have the quantity.

    Attributes:
        kind: of the spec, such as ``"sky"``. cloud_oktas: 0 to 8. mor_m: meteorological optical range.
        rain_mm_h, snow_mm_h: rates, snow as water. snow_depth_cm: lying on the ground. wetness: of the ground, 0 to 1.
        sun_elevation_deg: above the horizon. sun_azimuth_deg: counter-clockwise from +X.
        hdri: the photographed sky, if any. medium: ``"analytic"`` or ``"volume"``. phenomena: kinds of phenomena, such
            as ``"hail"``, in addition to what the sky's own quantities describe.
    """

    kind: str = ""
    cloud_oktas: float | None = None
    mor_m: float | None = None
    rain_mm_h: float | None = None
    snow_mm_h: float | None = None
    snow_depth_cm: float | None = None
    wetness: float | None = None
    ice: float | None = None
    temperature_c: float | None = None
    wind_mps: float | None = None
    sun_elevation_deg: float | None = None
    sun_azimuth_deg: float | None = None
    headlights: bool | None = None
    hdri: str | None = None
    medium: str | None = None
    phenomena: tuple[str, ...] = ()

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> WeatherFacts:
        """Of a frame's spec."""
        weather = spec.get("weather", {})
        phenomena = tuple(str(part["kind"]) for part in weather.get("phenomena", ()) if _has_kind(part))
        return cls(**{**_known(cls, weather), "phenomena": phenomena})


@dataclass(frozen=True, kw_only=True)
class RigFacts:
    """The camera's mount and lens.

    Attributes:
        kind: camera model. rig: such as ``"dashcam"``. anchor: of the scene that it stands on. position_m: world.
        yaw_deg: azimuth of the optical axis. pitch_deg: its elevation. roll_deg: about the axis.
    """

    kind: str = ""
    rig: str = ""
    anchor: str = ""
    focal_length_mm: float | None = None
    sensor_width_mm: float | None = None
    position_m: tuple[float, ...] | None = None
    yaw_deg: float | None = None
    pitch_deg: float | None = None
    roll_deg: float | None = None

    @classmethod
    def from_spec(cls, spec: Mapping[str, Any]) -> RigFacts:
        """Of a frame's spec."""
        facts = _known(cls, spec.get("camera", {}))
        if facts.get("position_m") is not None:
            facts["position_m"] = tuple(facts["position_m"])
        return cls(**facts)


@dataclass(frozen=True, kw_only=True)
class PersonFacts:
    """One person of the scene.

    Attributes:
        kind: of the spec: ``"pedestrian"``, or ``"figure"`` for a model from an asset pack.
        asset: `pack/item` of a model from a pack; None for a generated person.
        position_m: the ground below the pelvis, world. heading_deg: azimuth faced, counter-clockwise from +X.
        activity: such as ``"walk"``. garments: kind of garment by slot (top, lower, outer, shoes ...).
        carried: kinds of carried items.
    """

    instance_id: int
    kind: str = ""
    asset: str | None = None
    position_m: tuple[float, ...] | None = None
    heading_deg: float | None = None
    sex: str | None = None
    age_years: float | None = None
    stature_m: float | None = None
    activity: str | None = None
    speed_mps: float | None = None
    garments: Mapping[str, str] = field(default_factory=dict)
    carried: tuple[str, ...] = ()

    @classmethod
    def all_from_spec(cls, spec: Mapping[str, Any]) -> tuple[PersonFacts, ...]:
        """The people of a frame's spec, in its order."""
        return tuple(cls._of(person) for person in spec.get("people", ()))

    @classmethod
    def _of(cls, person: Mapping[str, Any]) -> PersonFacts:
        body, pose, outfit = (person.get(part) or {} for part in ("body", "pose", "outfit"))
        position = person.get("position_m")
        return cls(
            instance_id=int(person["instance_id"]),
            kind=str(person.get("kind", "")),
            asset=_asset(person),
            position_m=None if position is None else tuple(position),
            heading_deg=person.get("heading_deg"),
            sex=body.get("sex"),
            age_years=body.get("age_years"),
            stature_m=body.get("stature_m"),
            activity=pose.get("activity"),
            speed_mps=pose.get("speed_mps"),
            garments={slot: str(worn["kind"]) for slot, worn in outfit.items() if _has_kind(worn)},
            carried=tuple(str(item["kind"]) for item in person.get("carried", ()) if _has_kind(item)),
        )


@dataclass(frozen=True, kw_only=True)
class PropFacts:
    """One object from an asset pack. `asset` is its `pack/item`."""

    instance_id: int
    asset: str
    category: str = ""

    @classmethod
    def all_from_spec(cls, spec: Mapping[str, Any]) -> tuple[PropFacts, ...]:
        """The props of a frame's spec, in its order."""
        return tuple(
            cls(instance_id=int(prop["instance_id"]), asset=_asset(prop) or "", category=str(prop.get("category", "")))
            for prop in spec.get("props", ())
        )


def _known(cls: type, plain: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain[name] for name in cls.__annotations__ if name in plain}


def _asset(plain: Mapping[str, Any]) -> str | None:
    return f"{plain['pack']}/{plain['item']}" if "pack" in plain and "item" in plain else None


def _has_kind(value: object) -> bool:
    return isinstance(value, Mapping) and "kind" in value
