"""JSON without NaN and infinity."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from blender_synth.strict_json import json_in_page, json_text


def _strict(text: str) -> object:
    def refuse(word: str) -> object:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, np.float32(math.nan), np.float64(math.inf)])
def test_numbers_that_are_not_finite_become_null(number: float):
    value = {"a": number, "b": [1.5, (number, {"c": number})], 3: "NaN"}
    wanted = {"a": None, "b": [1.5, [None, {"c": None}]], "3": "NaN"}
    assert _strict(json_text(value)) == wanted
    assert _strict(json_text(value, indent=1)) == wanted
    assert _strict(json_in_page(value)) == wanted


def test_what_is_json_already_stays():
    value = {"text": "é <b>", "yes": True, "none": None, "number": np.int64(3), "numbers": [0, -1, 2.5]}
    assert _strict(json_text(value)) == {**value, "number": 3}
    assert "<" not in json_in_page(value)
    assert _strict(json_in_page(value)) == {**value, "number": 3}
