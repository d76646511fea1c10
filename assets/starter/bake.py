"""Bakes the starter pack: some fifty street and indoor items as small `.glb` files, and their `pack.yaml`.

    python assets/starter/bake.py [FOLDER] [NAME ...]

FOLDER holds the furniture libraries of Sweet Home 3D (Debian's package `sweethome3d-furniture` 1.8, which is where it
looks by default); NAMEs bake these items only. Pieces of the libraries go through the same conversion as
`blender-synth assets import sweethome3d`: each keeps the licence, author and source that its library states. What no
library has is modelled in `models.py` beside this file and is CC0-1.0.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from blender_synth.blender_process import BlenderProcess
from blender_synth.pack_tools.importing import CONVERTER
from blender_synth.packs.sweethome3d import find_libraries, read_libraries, unpack

HERE = Path(__file__).resolve().parent
OWN = {"licence": "CC0-1.0", "author": "blender_synth", "source": "assets/starter/models.py of blender_synth"}
PAVEMENT, EDGE, ROAD, INDOORS, WALL, TABLE = "pavement", "edge", "road", "indoors", "wall", "table"
TRIANGLES, TEXTURE_PX = 5000, 512


@dataclass(frozen=True)
class Item:
    """One item of the pack.

    Attributes:
        piece: id in its library; "" for one of models.py. weight: beside others that may stand at the same spot; a
            street is mostly benches, bins, bicycles and plants.
        size_m: (width, depth, height) where the library's own is wrong. looks: see `blender/assets/convert.py`.
        variants: see `packs/manifest.py`. file: of another item, of which this is another size.
        composite: another item of the pack that models.py builds in, whose licence then holds.
    """

    name: str
    category: str
    stands: tuple[str, ...]
    tags: tuple[str, ...] = ()
    weight: float = 1.0
    piece: str = ""
    size_m: tuple[float, float, float] | None = None
    triangles: int = TRIANGLES
    texture_px: int = TEXTURE_PX
    looks: dict[str, dict[str, Any]] = field(default_factory=dict)
    composite: str = ""
    variants: dict[str, Any] = field(default_factory=dict)
    file: str = ""


CC0, BY = "Blend Swap CC-0#", "Blend Swap CC-BY#"
PAINT = {"#dedfdd": 3, "#111214": 2.5, "#5c5f63": 2.5, "#9ea1a5": 2, "#1b2f4d": 1.5, "#7d1717": 1.2, "#26392c": 0.4}
"""Colours of cars, about as often as they are sold."""
LEATHER = {"#5e2a1c": 2, "#2a1c16": 2, "#1a1a1b": 1.5, "#7a5a3a": 1, "#28402f": 0.7}
FABRIC = {"#b9b0a0": 2, "#6f7378": 2, "#3c4650": 1.5, "#8a4b3a": 1, "#4f6b5c": 1, "#c79b52": 0.6, "#2e3f63": 1}
BRIGHT = {"#b23a2e": 1, "#1f4e8c": 1, "#e3b23c": 1, "#2f7d4f": 1, "#e8e6e1": 1, "#222326": 1}
STEEL_PAINT = {"#1d1f21": 3, "#5d6063": 1, "#1e3a2c": 1, "#23395b": 0.6}
CAR_GLASS = {"colour": (0.015, 0.02, 0.022), "alpha": 1.0, "roughness": 0.08, "textured": False}
STREET = [
    Item("bicycle", "bicycle", (PAVEMENT,), ("bike",), 2.5, "Scopia#bicycle", (0.56, 1.74, 0.99),
         variants={"firstcolor": {"#1b1c1e": 3, "#7a1c1c": 1, "#1f4e6b": 1, "#d8d6cf": 1, "#3d5a45": 1,
         "#b8862b": 0.5}}),
    Item("kick_scooter", "scooter", (PAVEMENT,), ("kick_scooter",), 0.7, "Scopia#scooter", (0.42, 1.05, 1.08)),
    Item("moped", "scooter", (PAVEMENT, ROAD), ("moped", "motorcycle", "vehicle"), 1.0, "Scopia#scooter2",
         variants={"firstcolor": PAINT}, looks={"firstcolor": {"roughness": 0.22}}),
    Item("motorcycle", "motorcycle", (ROAD,), ("vehicle",), 0.5, "Scopia#yamaha-yzr-r6",
         variants={"red-color-front": {"#a31515": 1, "#17181a": 1, "#1d4fa0": 1, "#d9d9d6": 0.7}}),
    Item("bench_flat", "bench", (PAVEMENT,), ("seat",), 1.5, CC0 + "bench", variants={"green": STEEL_PAINT}),
    Item("bench_park", "bench", (PAVEMENT,), ("seat",), 2.0, "Kator Legaz#concrete-bench"),
    Item("bin_park", "bin", (PAVEMENT,), ("litter",), 1.5, "Kator Legaz#park-trashcan", (0.62, 0.62, 0.95),
         looks={"Green": {"roughness": 0.5, "colour": (0.012, 0.085, 0.045)}}),
    Item("bin_wheeled", "bin", (EDGE,), ("rubbish", "wheelie"), 1.0, "Kator Legaz#residential-trashcan",
         (0.58, 0.72, 1.07), looks={"green": {"colour": (0.03, 0.12, 0.07)}, "black": {"colour": (0.03, 0.03,
         0.03)}}, variants={"PLASTIC_green": {"#22432f": 2, "#2b2d2f": 2, "#1f3d66": 1, "#7a5a2a": 0.5}}),
    Item("mailbox", "mailbox", (EDGE,), (), 0.4, CC0 + "mofx_mailbox", (0.22, 0.62, 1.16),
         variants={"Metal": {"#3a3d40": 2, "#d9d9d4": 1, "#1d2c4d": 1}}),
    Item("hydrant", "hydrant", (EDGE,), (), 0.7, "Kator Legaz#fire-hydrant",
         looks={"red": {"colour": (0.42, 0.02, 0.015), "roughness": 0.45}},
         variants={"PAINT_shiny_red": {"#8f1a16": 3, "#c9a227": 1, "#9aa0a4": 0.6}}),
    Item("railing", "railing", (EDGE,), ("barrier",), 0.8, CC0 + "pedestrianRailing1", (1.8, 0.06, 1.02)),
    Item("crate", "crate", (PAVEMENT, INDOORS), ("box", "market"), 0.5, CC0 + "crate"),
    Item("barrel", "barrel", (PAVEMENT, INDOORS), ("market",), 0.3, CC0 + "barrel", (0.62, 0.62, 0.88)),
    Item("pallet", "pallet", (PAVEMENT, INDOORS), ("market",), 0.3, CC0 + "pallet", (1.2, 0.8, 0.144)),
    Item("box_cardboard", "box", (PAVEMENT, WALL, INDOORS), ("cardboard", "parcel"), 0.3, "Scopia#cardboard-box",
         (0.42, 0.28, 0.27)),
    Item("plant_pot", "plant", (PAVEMENT, WALL, INDOORS), ("pot",), 1.0, CC0 + "littlePlant", (0.34, 0.34, 0.33)),
    Item("planter_box", "planter", (PAVEMENT, INDOORS), ("plant",), 1.2, CC0 + "plantie", (1.1, 0.42, 0.62),
         triangles=12000, variants={"Box": {"#e0dfda": 1, "#5a4a3b": 1, "#3b3e41": 1.5, "#8b8a84": 1}}),
    Item("flower_box", "planter", (PAVEMENT, WALL), ("plant", "flowers"), 1.0, CC0 + "flowerBox", (0.6, 0.2, 0.24),
         triangles=15000),
    Item("plant_olive", "plant", (PAVEMENT, INDOORS), ("pot", "tree"), 1.2, CC0 + "decorativePlant",
         (0.72, 0.78, 1.33), triangles=15000),
    Item("planter_small", "planter", (PAVEMENT, WALL), ("plant",), 0.8, CC0 + "plantie", (0.6, 0.22, 0.34),
         file="planter_box", variants={"Box": {"#e0dfda": 1, "#5a4a3b": 1, "#3b3e41": 1.5}}),
    Item("plant_olive_small", "plant", (PAVEMENT, WALL, INDOORS), ("pot",), 0.9, CC0 + "decorativePlant",
         (0.31, 0.34, 0.57), file="plant_olive"),
    Item("plant_palm", "plant", (PAVEMENT, INDOORS), ("pot", "palm"), 0.8, CC0 + "plant", (0.94, 0.8, 1.35),
         triangles=15000),
    Item("plant_peace_lily", "plant", (INDOORS,), ("pot",), 1.0, BY + "spatifilum", triangles=15000),
    Item("plant_yucca", "plant", (INDOORS,), ("pot", "palm"), 1.0, BY + "yuccaPlant", triangles=15000),
    Item("cafe_table", "table", (PAVEMENT, INDOORS), ("cafe", "terrace"), 0.6, "Kator Legaz#cafe-table"),
    Item("cafe_chair", "chair", (PAVEMENT, INDOORS), ("cafe", "terrace", "seat"), 0.6, "Kator Legaz#cafe-chair",
         looks={"": {"colour": (0.02, 0.16, 0.09), "roughness": 0.5}}, variants={"Green_chair": BRIGHT}),
    Item("parasol", "parasol", (PAVEMENT,), ("cafe", "terrace", "umbrella"), 0.5, CC0 + "umbrella", (2.4, 2.4, 2.55)),
    Item("suitcase", "suitcase", (INDOORS,), ("bag", "luggage"), 0.6, BY + "suitcase", (0.68, 0.24, 0.5),
         variants={"Coque": BRIGHT}),
    Item("wheelchair", "wheelchair", (PAVEMENT, INDOORS), (), 0.25, BY + "wheelchair", triangles=9000),
    Item("stroller", "stroller", (PAVEMENT, INDOORS), ("pram",), 0.4, "Scopia#stroller"),
    Item("suv", "car", (ROAD,), ("vehicle",), 1.0, "Scopia#suv", variants={"firstcolor": PAINT},
         looks={"firstcolor": {"roughness": 0.22}, "^glass": CAR_GLASS}),
    Item("van", "van", (ROAD,), ("vehicle", "car"), 0.5, "Scopia#van", (2.4, 5.95, 2.56),
         variants={"firstcolor": {"#e4e4e2": 5, "#1f3a5f": 1, "#8a1f1f": 0.7, "#6c7074": 1}},
         looks={"firstcolor": {"roughness": 0.22}, "^glass": CAR_GLASS}),
    Item("city_car", "car", (ROAD,), ("vehicle",), 1.0, "Scopia#smart-car", (1.66, 2.7, 1.55),
         variants={"first-color": PAINT}, looks={"first-color": {"roughness": 0.22}, "^glass": CAR_GLASS}),
    Item("family_car", "car", (ROAD,), ("vehicle",), 1.0, "Scopia#renault-scenic",
         variants={"color-beige-green": {"#ffffff": 2, "#8fa3b8": 1, "#5a5d60": 2, "#a03535": 1, "#2f3338": 1}}),
    Item("hatchback", "car", (ROAD,), ("vehicle",), 1.0, BY + "fordFocus", (2.01, 4.36, 1.48), triangles=12000,
         looks={"glass$": CAR_GLASS, "carPaint": {"roughness": 0.25, "colour": (0.02, 0.05, 0.16)}},
         variants={"carPaint": PAINT}),
    Item("truck", "truck", (ROAD,), ("vehicle",), 0.3, "Scopia#truck", looks={"^glass": CAR_GLASS}, triangles=8000,
         variants={"red-cabin": {"#8a1a16": 1, "#e2e2e0": 2, "#1f3f73": 1, "#d08a1f": 0.5}}),
]  # fmt: skip
INDOOR = [
    Item("sofa_leather", "sofa", (INDOORS,), ("seat", "lobby"), 1.0, CC0 + "winchesterSofa", triangles=12000),
    Item("armchair_leather", "armchair", (INDOORS,), ("seat", "lobby"), 1.0, CC0 + "winchesterArmchair",
         triangles=9000),
    Item("sofa_beige", "sofa", (INDOORS,), ("seat", "lobby"), 1.0, CC0 + "sofa2", triangles=6000,
         variants={"Fabric": FABRIC}),
    Item("sofa_steel", "sofa", (INDOORS,), ("seat", "lobby"), 1.0, CC0 + "couch", triangles=9000),
    Item("armchair_cantilever", "armchair", (INDOORS,), ("seat", "lobby"), 1.0, CC0 + "modernArmchair",
         triangles=7000),
    Item("bean_bag", "stool", (INDOORS,), ("seat",), 0.4, "Scopia#puff", variants={"puf-material": ["#ffffff",
         "#c9a0a0", "#9aa6c4"]}),
    Item("chair_shell", "chair", (INDOORS,), ("seat",), 0.8, CC0 + "designChair", variants={"Cushion": BRIGHT}),
    Item("chair_wood", "chair", (INDOORS,), ("seat", "cafe"), 0.8, CC0 + "osakaChair"),
    Item("chair_bentwood", "chair", (INDOORS, PAVEMENT), ("seat", "cafe", "terrace"), 0.6, CC0 + "thonet"),
    Item("chair_office", "chair", (INDOORS,), ("seat", "office"), 0.8, "Kator Legaz#office-chair", triangles=7000,
         looks={"fabric": {"colour": (0.03, 0.05, 0.13), "roughness": 0.9}, "plastic": {"colour": (0.03, 0.03,
         0.03)}}, variants={"Office_CH_fabric": FABRIC}),
    Item("bar_stool", "stool", (INDOORS,), ("seat", "bar", "cafe"), 0.6, "Kator Legaz#bar-stool",
         variants={"Chair_vinyl": LEATHER}),
    Item("table_round", "table", (INDOORS,), ("cafe",), 0.8, "Scopia#round-table"),
    Item("table_coffee", "table", (INDOORS,), ("coffee_table", "lobby"), 0.9, BY + "coffeeTable"),
    Item("desk", "desk", (INDOORS,), ("office",), 0.6, BY + "officeTable"),
    Item("water_cooler", "water_cooler", (INDOORS,), ("office", "lobby", "gym"), 0.7, "Scopia#water_cooler"),
    Item("treadmill", "treadmill", (INDOORS,), ("gym", "exercise"), 2.0, BY + "treadmill", triangles=9000,
         looks={"Material": {"colour": (0.03, 0.03, 0.032), "roughness": 0.7}}),
    Item("weight_bench", "weight_bench", (INDOORS,), ("gym", "exercise"), 1.5, BY + "abdominalBench", triangles=9000),
    Item("fitness_tower", "fitness_machine", (INDOORS,), ("gym", "exercise"), 1.0, BY + "fitnessTower",
         triangles=12000),
    Item("exercise_bike", "exercise_bike", (INDOORS,), ("gym", "exercise"), 1.5, "Scopia#indoor-bike"),
    Item("punching_ball", "punching_ball", (INDOORS,), ("gym", "exercise"), 0.7, "Scopia#punching-ball"),
    Item("pinball", "game", (INDOORS,), ("arcade", "pinball"), 1.0, "Scopia#flipper", texture_px=1024),
    Item("table_football", "game", (INDOORS,), ("arcade",), 0.6, CC0 + "table_football", triangles=12000),
    Item("shelf_books", "shelf", (INDOORS,), ("books",), 0.6, "Kator Legaz#full-bookcase"),
    Item("shelf_cubes", "shelf", (INDOORS,), (), 0.6, CC0 + "shelves"),
    Item("lamp_floor", "lamp", (INDOORS,), ("lobby",), 0.6, "Scopia#living_lamp"),
    Item("extinguisher", "fire_extinguisher", (INDOORS,), (), 0.3, CC0 + "fireExtinguisher"),
    Item("laptop", "laptop", (TABLE,), ("office", "computer"), 1.0, BY + "laptop"),
    Item("desk_lamp", "lamp", (TABLE,), ("office",), 0.6, CC0 + "desklamp"),
    Item("tulips", "plant", (TABLE,), ("flowers", "vase"), 0.6, BY + "tulip", triangles=8000),
    Item("ladder", "ladder", (INDOORS,), (), 0.15, "Scopia#step-ladder-metal"),
]  # fmt: skip
MODELLED = [
    Item("cone", "cone", (PAVEMENT, ROAD, INDOORS), ("traffic_cone",), 0.6),
    Item("bollard", "bollard", (PAVEMENT,), (), 1.2),
    Item(
        "bike_stand",
        "bicycle",
        (PAVEMENT,),
        ("bike", "bike_stand"),
        1.2,
        composite="bicycle",
        variants={"firstcolor": {"#1b1c1e": 3, "#7a1c1c": 1, "#1f4e6b": 1, "#d8d6cf": 1, "#3d5a45": 1}},
    ),
    Item("a_board", "sign", (PAVEMENT, INDOORS), ("a_board", "cafe"), 1.0),
    Item("sign_parking", "sign", (EDGE,), ("traffic_sign", "parking"), 0.6),
    Item("pay_station", "pay_station", (EDGE, INDOORS), ("parking", "machine"), 0.4),
    Item("fruit_stand", "market_stand", (PAVEMENT, INDOORS), ("market", "fruit"), 0.5),
    Item(
        "electric_cabinet",
        "cabinet",
        (EDGE, WALL),
        ("utility",),
        0.35,
        variants={"shell": {"#9a9d96": 2, "#6f7f6a": 1, "#b8b3a3": 1}},
    ),
    Item("newspaper_rack", "rack", (PAVEMENT, WALL, INDOORS), ("newspaper", "shop"), 0.7),
    Item("ash_bin", "bin", (PAVEMENT, WALL, INDOORS), ("ashtray", "litter"), 0.8),
    Item("planter_palm", "planter", (PAVEMENT, INDOORS), ("plant", "palm"), 0.9, composite="plant_palm"),
    Item(
        "crates_stacked",
        "crate",
        (PAVEMENT, INDOORS),
        ("box", "market"),
        0.6,
        variants={"lower": BRIGHT, "upper": BRIGHT},
    ),
    Item("wet_floor_sign", "sign", (INDOORS,), ("wet_floor", "caution"), 0.5),
    Item("reception_desk", "desk", (INDOORS,), ("reception", "lobby"), 0.6),
    Item(
        "vending_machine",
        "vending_machine",
        (INDOORS, WALL),
        ("vending", "machine"),
        1.0,
        variants={"shell": {"#8a1c1f": 1, "#1c3f7a": 1, "#26282b": 1.5, "#e1e1de": 1, "#20563a": 0.6}},
    ),
    Item("arcade_cabinet", "game", (INDOORS,), ("arcade", "machine"), 1.2, variants={"sides": BRIGHT}),
    Item("dumbbell_rack", "weights", (INDOORS,), ("gym", "exercise", "rack"), 1.5),
    Item("squat_rack", "weights", (INDOORS,), ("gym", "exercise", "rack", "barbell"), 1.0),
    Item("exercise_ball", "exercise_ball", (INDOORS,), ("gym", "exercise", "ball"), 1.0, variants={"rubber": BRIGHT}),
    Item("kettlebells", "weights", (INDOORS,), ("gym", "exercise", "kettlebell"), 0.7),
    Item("turnstile", "turnstile", (INDOORS,), ("gate", "lobby"), 0.5),
    Item(
        "lockers",
        "locker",
        (INDOORS,),
        ("gym", "cabinet"),
        0.8,
        variants={"doors": {"#2c4a6b": 1, "#6d7174": 2, "#a33b2b": 0.6, "#d9d8d2": 1, "#2f5d4b": 0.6}},
    ),
    Item(
        "queue_barrier",
        "barrier",
        (INDOORS,),
        ("lobby", "queue"),
        0.7,
        variants={"belt": {"#1c2f5e": 2, "#7d1717": 2, "#151617": 2}},
    ),
    Item("clothes_rail", "clothes_rail", (INDOORS,), ("shop", "clothes"), 0.7),
    Item("trolley_case", "suitcase", (INDOORS, PAVEMENT), ("bag", "luggage"), 0.4, variants={"shell": BRIGHT}),
    Item(
        "info_totem",
        "sign",
        (INDOORS, PAVEMENT),
        ("information", "totem"),
        0.4,
        variants={"header": {"#1d4373": 1, "#7d1f1f": 1, "#2e5a41": 1, "#2a2c2f": 1}},
    ),
    Item("shopping_trolley", "trolley", (INDOORS, PAVEMENT), ("shop", "cart"), 0.35),
]


def main(arguments: list[str]) -> None:
    """Bake all items, or those named."""
    source = Path(arguments.pop(0)) if arguments and Path(arguments[0]).exists() else None
    pieces, problems = read_libraries(find_libraries(source))
    by_id = {piece.id: piece for piece in pieces}
    items = [*STREET, *INDOOR, *MODELLED]
    chosen = [item for item in items if not arguments or item.name in arguments]
    with BlenderProcess(CONVERTER, 180.0) as converter:
        for item in chosen:
            if item.piece and not item.file:
                answer = _convert(item, by_id[item.piece], converter)
                size = f"{answer['triangles']} triangles, {answer['bytes'] // 1024} kB"
                print(f"{item.name}: {size}", *answer["problems"], sep="; ")
    if own := [item.name for item in chosen if not item.piece]:
        subprocess.run([sys.executable, str(HERE / "models.py"), *own], check=True)
    _write_manifest(items, by_id)
    print(*problems, sep="\n")


def _convert(item: Item, piece: Any, converter: BlenderProcess) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "piece"
        folder.mkdir()
        model, _ = unpack(piece, folder)
        out = Path(scratch) / "item.glb"
        answer = converter.ask(
            "convert", file=str(model), root=str(folder), out=str(out), rotation=piece.rotation,
            size_m=item.size_m or piece.size_m, max_triangles=item.triangles, texture_px=item.texture_px,
            looks=item.looks,
        )  # fmt: skip
        shutil.move(out, HERE / f"{item.name}.glb")
    return answer


def _write_manifest(items: list[Item], by_id: dict[str, Any]) -> None:
    entries = []
    for item in items:
        piece = by_id.get(next((i.piece for i in items if i.name == item.composite), item.piece))
        terms = {key: getattr(piece, key) for key in ("licence", "author", "source")} if piece else OWN
        entries.append({
            "name": item.name, "file": f"{item.file or item.name}.glb", "category": item.category,
            "tags": list(item.tags),
            "stands": list(item.stands), "weight": item.weight, **terms,
            **({"height_m": item.size_m[2]} if item.file else {}),
            **({"variants": item.variants} if item.variants else {}),
        })  # fmt: skip
    head = {"name": "starter", "version": 1, "licence": "CC0-1.0", "description": "street and indoor items"}
    lines = ["# Written by bake.py; every item has its own licence, author and source.\n"]
    lines.append(yaml.safe_dump(head, sort_keys=False))
    lines.append("items:\n")
    for entry in entries:  # one line each, so that a change of an item is a change of a line
        lines.append(f"  - {json.dumps(entry, ensure_ascii=False)}\n")
    (HERE / "pack.yaml").write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
