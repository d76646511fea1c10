"""Fixed configs and seeds give the recorded scenes, label layers and files; see `digests` for recording a change."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests import digests

RECORDED = json.loads(digests.RECORDED.read_text(encoding="utf-8"))
RECORD = "if this is meant: python -m tests.digests --write"
SAME_PIXELS = 0.999
"""Share of pixels with equal ids where a label digest differs: other processors round rays at edges otherwise."""


def test_every_digest_is_recorded_and_no_other():
    assert set(RECORDED["specs"]) == {" ".join(overrides) for overrides in digests.SPECS}
    assert set(RECORDED["labels"]) == {" ".join(overrides) for overrides in digests.LABELS}
    with np.load(digests.LABEL_MAPS) as maps:
        assert set(maps) == {str(number) for number in range(len(digests.LABELS))}


@pytest.mark.parametrize("overrides", digests.SPECS, ids=" ".join)
def test_specs_are_as_recorded(overrides):
    assert digests.spec_digest(overrides) == RECORDED["specs"][" ".join(overrides)], RECORD


def test_the_export_is_as_recorded():
    found, recorded = digests.export_digests(), RECORDED["export"]
    assert set(found) == set(recorded)
    developed = (
        "images/",
        "overlays/",
    )  # other processors round radiance otherwise: the same files, not the same bytes
    for name in found:
        assert name.startswith(developed) or found[name] == recorded[name], f"{name}; {RECORD}"


@pytest.mark.blender
@pytest.mark.parametrize("number", range(len(digests.LABELS)), ids=lambda n: " ".join(digests.LABELS[n]))
def test_label_layers_are_as_recorded(number):
    overrides = digests.LABELS[number]
    layers = digests.label_layers(overrides)
    if digests.layers_digest(layers) == RECORDED["labels"][" ".join(overrides)]:
        return
    with np.load(digests.LABEL_MAPS) as maps:
        recorded, found = maps[str(number)], digests.id_map(layers)
    assert recorded.shape == found.shape
    assert np.mean((recorded == found).all(axis=0)) >= SAME_PIXELS, RECORD
