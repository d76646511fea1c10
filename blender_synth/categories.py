"""Categories: names that the program itself refers to, fixed ids of all built-in ones, and which of them are stuff.

Every other category is a thing: it has countable instances. Stuff is amorphous (Kirillov et al. 2019, "Panoptic
Segmentation").
"""

from __future__ import annotations

from collections.abc import Collection

PEDESTRIAN, REFLECTION, MIRROR = "pedestrian", "pedestrian_reflection", "mirror"
STUFF = frozenset(
    {
        "building",
        "ceiling",
        "floor",
        "grass",
        "ground",
        "lawn",
        "pavement",
        "road",
        "sand",
        "sky",
        "snow",
        "terrain",
        "vegetation",
        "wall",
        "water",
    }
)
"""Stuff of the built-in scenes, and what scenes of artists commonly have. `exporter.stuff` adds more."""


BUILT_IN: dict[str, tuple[int, str]] = {
    "pedestrian": (1, "person"),
    "pedestrian_reflection": (2, "person"),
    "mirror": (3, "mirror"),
    "mirror_frame": (4, "mirror"),
    "matt_panel": (5, "mirror"),
    "building": (6, "structure"),
    "wall": (7, "structure"),
    "ceiling": (8, "structure"),
    "column": (9, "structure"),
    "door": (10, "structure"),
    "fittings": (11, "structure"),
    "building_part": (12, "structure"),
    "road": (13, "ground"),
    "pavement": (14, "ground"),
    "crossing": (15, "ground"),
    "floor": (16, "ground"),
    "ground": (17, "ground"),
    "terrain": (18, "ground"),
    "grass": (19, "ground"),
    "lawn": (20, "ground"),
    "sand": (21, "ground"),
    "snow": (22, "ground"),
    "water": (23, "ground"),
    "sky": (24, "nature"),
    "vegetation": (25, "nature"),
    "tree": (26, "nature"),
    "plant": (27, "nature"),
    "planter": (28, "nature"),
    "animal": (29, "nature"),
    "scenery": (30, "scenery"),
    "vehicle": (31, "vehicle"),
    "car": (32, "vehicle"),
    "van": (33, "vehicle"),
    "truck": (34, "vehicle"),
    "bus": (35, "vehicle"),
    "bicycle": (36, "vehicle"),
    "motorcycle": (37, "vehicle"),
    "scooter": (38, "vehicle"),
    "backpack": (39, "carried"),
    "handbag": (40, "carried"),
    "shopping_bag": (41, "carried"),
    "umbrella": (42, "carried"),
    "suitcase": (43, "carried"),
    "bag": (44, "carried"),
    "pram": (45, "carried"),
    "stroller": (46, "carried"),
    "trolley": (47, "carried"),
    "phone": (48, "carried"),
    "wheelchair": (49, "carried"),
    "street_furniture": (50, "street"),
    "bench": (51, "street"),
    "bin": (52, "street"),
    "bollard": (53, "street"),
    "cone": (54, "street"),
    "hydrant": (55, "street"),
    "mailbox": (56, "street"),
    "railing": (57, "street"),
    "barrier": (58, "street"),
    "barrel": (59, "street"),
    "crate": (60, "street"),
    "pallet": (61, "street"),
    "box": (62, "street"),
    "cabinet": (63, "street"),
    "ladder": (64, "street"),
    "lamp_post": (65, "street"),
    "market_stand": (66, "street"),
    "parasol": (67, "street"),
    "pay_station": (68, "street"),
    "rack": (69, "street"),
    "sign": (70, "street"),
    "turnstile": (71, "street"),
    "furniture": (72, "indoor"),
    "armchair": (73, "indoor"),
    "sofa": (74, "indoor"),
    "chair": (75, "indoor"),
    "stool": (76, "indoor"),
    "table": (77, "indoor"),
    "desk": (78, "indoor"),
    "shelf": (79, "indoor"),
    "bed": (80, "indoor"),
    "locker": (81, "indoor"),
    "lamp": (82, "indoor"),
    "clothes_rail": (83, "indoor"),
    "laptop": (84, "indoor"),
    "fan": (85, "indoor"),
    "fire_extinguisher": (86, "indoor"),
    "vending_machine": (87, "indoor"),
    "water_cooler": (88, "indoor"),
    "game": (89, "indoor"),
    "toy": (90, "indoor"),
    "instrument": (91, "indoor"),
    "bathroom": (92, "indoor"),
    "kitchen": (93, "indoor"),
    "figure": (94, "indoor"),
    "gym_equipment": (95, "gym"),
    "gym": (96, "gym"),
    "exercise_ball": (97, "gym"),
    "exercise_bike": (98, "gym"),
    "fitness_machine": (99, "gym"),
    "punching_ball": (100, "gym"),
    "treadmill": (101, "gym"),
    "weight_bench": (102, "gym"),
    "weights": (103, "gym"),
    "person": (104, "person"),
    "mannequin": (105, "lookalike"),
    "statue": (106, "lookalike"),
    "poster_person": (107, "lookalike"),
    "screen_person": (108, "lookalike"),
    "picture_frame": (109, "indoor"),
}
"""Id and supercategory of every category that scenes, mirrors, carried items, the starter pack and imported Sweet Home
3D libraries yield. An id never changes and is never used again: new categories are appended."""
FIRST_REGISTERED_ID = 1000
"""Other categories (of asset packs, plug-ins, scenes of artists) have ids from here, in a dataset's categories.json."""
REFLECTION_OFFSET = 100_000
"""The reflection of a category has that category's id plus this; but pedestrian_reflection has an id of its own."""


def reflection_of(category: str) -> str:
    """The category of reflections of a category."""
    return f"{category}_reflection"


def supercategory(category: str) -> str:
    """The supercategory of a category or of its reflections; `scenery` for those that are not built in."""
    known = BUILT_IN.get(category) or BUILT_IN.get(category.removesuffix("_reflection"))
    return known[1] if known else "scenery"


def is_thing(category: str, more_stuff: Collection[str] = ()) -> bool:
    """Whether a category (or that of which it is the reflection) is of countable objects.

    Args:
        more_stuff: further categories of stuff.
    """
    return not {category, category.removesuffix("_reflection")} & {*STUFF, *more_stuff}
