"""Categories and places of pieces, by the words of their names."""

from __future__ import annotations

import re

BY_NAME: tuple[tuple[str, str, tuple[str, ...]], ...] = (  # words of the name, category, where it is placed
    ("bicycle|bike", "bicycle", ("pavement",)),
    ("motorbike|yamaha", "motorcycle", ("road",)),
    ("scooter", "scooter", ("pavement", "road")),
    ("skateboard|tricycle", "toy", ("pavement",)),
    ("stroller", "stroller", ("pavement", "indoors")),
    ("wheelchair", "wheelchair", ("pavement", "indoors")),
    ("bus", "bus", ("road",)),
    ("truck|van|fork lift", "truck", ("road",)),
    ("car model|toy|teddy|doll|rocking horse|biplane|puzzle|xylophone", "toy", ("indoors",)),
    ("car|suv|sedan|focus|beetle|seat leon|peugeot|renault|chevrolet", "car", ("road",)),
    ("trashcan|trash can|dustbin|recycling bin", "bin", ("pavement", "indoors")),
    ("mailbox|letters box", "mailbox", ("pavement", "wall")),
    ("hydrant", "hydrant", ("pavement",)),
    ("railing|fence", "railing", ("pavement",)),
    ("cone", "cone", ("pavement", "road")),
    ("pallet|crate|barrel|cardboard box", "crate", ("pavement", "indoors")),
    ("suitcase|briefcase|backpack|handbag", "bag", ("pavement", "indoors")),
    ("treadmill|abdominal bench|fitness|indoor bike|punching ball", "gym", ("indoors",)),
    ("piano bench", "stool", ("indoors",)),
    ("bench|wood bank|little bank", "bench", ("pavement",)),
    ("street lamp|street light|lamppost|park light|classic lamppost", "lamp_post", ("pavement",)),
    ("deck chair|beach chair|teck chair|pool lounge|relax chair", "chair", ("pavement", "indoors")),
    ("sofa|couch|futon couch", "sofa", ("indoors",)),
    ("armchair", "armchair", ("indoors",)),
    ("stool|puff", "stool", ("indoors",)),
    ("chair|class seat", "chair", ("indoors",)),
    ("desk lamp|little lamp|lamp|candle|lantern", "lamp", ("indoors",)),
    ("desk", "desk", ("indoors",)),
    ("pool table|football table|table tennis|flipper|dart game", "game", ("indoors",)),
    ("table fan|fan", "fan", ("indoors",)),
    ("table", "table", ("indoors",)),
    ("bookcase|shelves|cupboard|wardrobe|cabinet|dresser|vanity|chest|filing", "shelf", ("indoors",)),
    ("bed|crib|futon|mattress|hammock|sleeping bag|tatami", "bed", ("indoors",)),
    ("water cooler", "water_cooler", ("indoors",)),
    ("piano|guitar", "instrument", ("indoors",)),
    ("hedge|bush", "plant", ("pavement",)),
    ("flower box|plant box", "planter", ("pavement",)),
    (
        "acacia|palm|pine|coconut|maple|poplar|cypress|beech|sycamore|peach blossom|avenue tree|basic tree|little tree",
        "tree",
        ("pavement",),
    ),
    ("christmas tree", "plant", ("indoors",)),
    ("plant|ficus|cactus|yucca|bamboo|tulips|lily|flowers|orchids|spathiphyllum|bonsai", "plant", ("indoors",)),
    ("cat|dog|horse|chicken|rabbit|bulldog", "animal", ("pavement",)),
)

_BY_SHELF = {
    "Exterior": ("street_furniture", ("pavement",)),
    "Vehicles": ("vehicle", ("road",)),
    "Bathroom": ("bathroom", ("indoors",)),
    "Kitchen": ("kitchen", ("indoors",)),
    "Lights": ("lamp", ("indoors",)),
}
BUILDING_SHELVES = ("Doors and windows", "Staircases")


def category_of(title: str, shelf: str) -> tuple[str, tuple[str, ...]]:
    """Category of a piece and where it is placed: by the words of its title, else by its category in the catalogue."""
    name = title.lower()
    if shelf == "Characters" and re.fullmatch(r"(holding )?(fe)?male|boy|girl", name):
        return "person", ("pavement", "indoors")
    if shelf == "Characters" and re.search(r"sitting|lying|male|mannequin", name):
        return "figure", ("indoors",)
    if shelf not in (*BUILDING_SHELVES, "Kitchen", "Bathroom"):
        for words, category, stands in BY_NAME:
            if re.search(rf"\b({words})\b", name):
                return category, stands
    if shelf in BUILDING_SHELVES:
        return "building_part", ("wall",)
    return _BY_SHELF.get(shelf, ("furniture", ("indoors",)))
