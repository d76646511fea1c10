"""The page of choices shows every choice of every group that a picture can show; its tables are those of the code."""

from __future__ import annotations

import re

import cv2
import pytest

from blender_synth.config import compose
from blender_synth.dev import choices, choices_page
from blender_synth.dev.choices import PEOPLE, PICTURES, WITHOUT_PICTURE
from blender_synth.key_reference import groups
from blender_synth.world.people.activities import activities
from blender_synth.world.people.clothes import GLASSES, HATS, SHOES
from blender_synth.world.people.complexion import HAIR_STYLES
from blender_synth.world.people.garments import lower_garments, outer_garments, top_garments
from blender_synth.world.people.gestures import gestures
from tests.doc_blocks import ROOT

PAGE = ROOT / choices_page.PAGE
NOT_SHOWN = ("render", "exporter", "experiment")
"""Groups that no picture of a scene can show."""
VALUES = {
    "activity": set(activities()),
    "gestures": {name for name, gesture in gestures().items() if gesture.standing},
    "sitting": {name for name, gesture in gestures().items() if gesture.sitting},
    "tops": set(top_garments()),
    "outers": {"none", *outer_garments()},
    "shoes": set(SHOES),
    "hats": set(HATS),
    "glasses": set(GLASSES),
}


def test_every_choice_of_a_group_has_a_picture_or_says_why_not():
    for group, names in groups().items():
        if group not in NOT_SHOWN:
            without = {choice.partition("=")[2] for choice in WITHOUT_PICTURE if choice.startswith(f"{group}=")}
            assert set(PICTURES[group]) == set(names) - without, group


@pytest.mark.parametrize("name", VALUES)
def test_every_value_of_a_person_has_a_portrait(name: str):
    assert set(PEOPLE[name].values) == VALUES[name]


def test_all_lower_garments_and_hair_styles_have_portraits():
    assert {*PEOPLE["female_lower"].values, *PEOPLE["male_lower"].values} == set(lower_garments())
    assert {*PEOPLE["female_styles"].values, *PEOPLE["male_styles"].values} == set(HAIR_STYLES)


def test_the_tables_are_those_of_the_code_and_all_pictures_exist():
    page = PAGE.read_text(encoding="utf-8")
    assert choices_page.with_tables(page) == page, "run `make choices-page SHEETS=tables`"
    assert choices_page.shown_in(page) == {*PICTURES, *PEOPLE, "develop", "props"}
    shown = set(re.findall(r"\]\(choices/([\w.-]+)\)", page))
    assert shown == {file.name for file in (PAGE.parent / "choices").iterdir()}
    for name in shown:
        assert min(cv2.imread(str(PAGE.parent / "choices" / name)).shape[:2]) > 80, name


def test_the_pictures_stay_small():
    assert sum(file.stat().st_size for file in (PAGE.parent / "choices").iterdir()) < 3_000_000


def test_the_configs_of_the_pictures_are_valid():
    for words in (*PICTURES["mirrors"].values(), *PICTURES["lookalikes"].values()):
        compose(words)
    for portraits in PEOPLE.values():
        compose(portraits.overrides(next(iter(portraits.values))))
    assert all(compose([*choices.DEVELOPED_FRAME, *words]) for words in choices.DEVELOPED.values())


def test_a_value_is_the_only_one_of_its_key():
    settings = compose(PEOPLE["hats"].overrides("beanie"))
    assert settings.pedestrians.person.outfit.hats == {"beanie": 1}
