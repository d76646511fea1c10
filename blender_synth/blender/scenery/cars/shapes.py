"""Side views of car bodies as data."""

from __future__ import annotations

from dataclasses import dataclass

from blender_synth.world.scenery.shared.street_parts import CarBody


@dataclass(frozen=True)
class Shape:
    """Side view of one body.

    Attributes:
        top: (distance from the nose, height) of the centre line over bonnet, windscreen, roof and tail.
        shoulder: (distance, height) of the line under the side windows.
        cowl, header, rear_header, tail: where windscreen and rear window begin and end.
        pillars: distances of the door pillars in the side windows.
        axles: distances of the wheels. wheel: radius of the tyres.
        glass_end: distance where the side glass ends. clearance: height of the floor above the road.
    """

    top: tuple[tuple[float, float], ...]
    shoulder: tuple[tuple[float, float], ...]
    cowl: float
    header: float
    rear_header: float
    tail: float
    pillars: tuple[float, ...]
    axles: tuple[float, ...]
    wheel: float
    glass_end: float
    clearance: float = 0.2


# fmt: off
SHAPES: dict[CarBody, Shape] = {
    "hatchback": Shape(
        top=((0, 0.60), (0.10, 0.71), (0.40, 0.83), (1.00, 0.95), (1.90, 1.40), (2.45, 1.47), (3.10, 1.445),
            (3.55, 1.37), (3.88, 1.00), (3.98, 0.93), (4.05, 0.62)),
        shoulder=((0, 0.56), (0.4, 0.74), (1.0, 0.87), (2.2, 0.92), (3.4, 0.97), (3.9, 0.92), (4.05, 0.6)),
        cowl=1.0, header=1.9, rear_header=3.55, tail=3.88, pillars=(1.62, 2.45, 3.25), axles=(0.80, 3.33),
            wheel=0.31, glass_end=3.55,
    ),
    "saloon": Shape(
        top=((0, 0.56), (0.12, 0.68), (0.5, 0.82), (1.25, 0.93), (2.08, 1.36), (2.6, 1.45), (3.1, 1.43),
            (3.45, 1.35), (4.02, 1.02), (4.45, 1.0), (4.56, 0.92), (4.62, 0.6)),
        shoulder=((0, 0.52), (0.5, 0.74), (1.25, 0.86), (2.5, 0.91), (3.6, 0.96), (4.45, 0.95), (4.62, 0.58)),
        cowl=1.25, header=2.08, rear_header=3.45, tail=4.02, pillars=(1.85, 2.7, 3.45), axles=(0.86, 3.62),
            wheel=0.325, glass_end=3.72,
    ),
    "estate": Shape(
        top=((0, 0.56), (0.12, 0.68), (0.5, 0.82), (1.2, 0.93), (2.05, 1.38), (2.6, 1.48), (3.6, 1.47),
            (4.12, 1.41), (4.44, 1.02), (4.53, 0.95), (4.60, 0.6)),
        shoulder=((0, 0.52), (0.5, 0.74), (1.2, 0.86), (2.5, 0.91), (3.9, 0.97), (4.45, 0.94), (4.60, 0.58)),
        cowl=1.2, header=2.05, rear_header=4.12, tail=4.44, pillars=(1.8, 2.66, 3.5), axles=(0.86, 3.6),
            wheel=0.325, glass_end=4.15,
    ),
    "suv": Shape(
        top=((0, 0.72), (0.10, 0.86), (0.4, 0.98), (1.15, 1.08), (1.92, 1.56), (2.45, 1.66), (3.3, 1.65),
            (3.92, 1.58), (4.22, 1.14), (4.33, 1.06), (4.40, 0.72)),
        shoulder=((0, 0.68), (0.4, 0.90), (1.15, 1.0), (2.3, 1.05), (3.6, 1.10), (4.25, 1.06), (4.40, 0.7)),
        cowl=1.15, header=1.92, rear_header=3.92, tail=4.22, pillars=(1.75, 2.58, 3.4), axles=(0.84, 3.46),
            wheel=0.36, glass_end=3.9, clearance=0.26,
    ),
    "van": Shape(
        top=((0, 0.78), (0.08, 0.92), (0.35, 1.05), (0.80, 1.17), (1.72, 1.83), (2.2, 1.95), (3.2, 1.97),
            (4.70, 1.94), (4.86, 1.86), (4.92, 1.2), (4.95, 0.8)),
        shoulder=((0, 0.72), (0.35, 0.94), (0.8, 1.08), (1.8, 1.14), (4.7, 1.16), (4.88, 1.12), (4.95, 0.76)),
        cowl=0.80, header=1.72, rear_header=4.78, tail=4.93, pillars=(1.5, 2.3), axles=(0.92, 3.92),
            wheel=0.335, glass_end=2.3,
    ),
}
# fmt: on
