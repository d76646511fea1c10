"""`refine` without torch: label checks, distance, controls, photographs, refined frames in exports."""

from __future__ import annotations

import dataclasses
import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from blender_synth.annotate.instances import Instance
from blender_synth.config import compose
from blender_synth.develop.picture import develop
from blender_synth.develop.settings import DevelopSettings
from blender_synth.errors import ConfigError, FrameError, RunError
from blender_synth.frames.meta import Refined
from blender_synth.frames.meta_json import FILE, write_meta
from blender_synth.frames.raw_frame import REFINED, RawFrame, write_frame
from blender_synth.frames.run_folder import frames_of
from blender_synth.refine import USAGE, main
from blender_synth.refine.checks import Scores, cast, measure
from blender_synth.refine.controls import with_control
from blender_synth.refine.distance import Photographs
from blender_synth.refine.photos import held_out, read_photos
from blender_synth.refine.settings import ApplySettings, FitSettings, Limits, read_words
from blender_synth.refine.tone import Tones
from tests.made_frames import HEIGHT, WIDTH, make_run

_SIZE = (144, 192)


def _texture(rng: np.random.Generator, shape: tuple[int, int], blur_px: float) -> np.ndarray:
    noise = cv2.GaussianBlur(rng.standard_normal((*shape, 3)).astype(np.float32), (0, 0), blur_px)
    return noise / noise.std()


class Scene:
    """A textured wall and floor, a person, and the person's reflection."""

    def __init__(self, rng: np.random.Generator):
        ids = np.full(_SIZE, 3001, np.uint32)
        ids[90:] = 3002
        masks = [np.zeros(_SIZE, bool), np.zeros(_SIZE, bool)]
        for mask, x in zip(masks, (50, 130), strict=True):
            drawn = np.zeros(_SIZE, np.uint8)
            cv2.ellipse(drawn, (x, 80), (14, 40), 0, 0, 360, 1, -1)
            mask |= drawn.astype(bool)
        ids[masks[0]] = 1
        picture = np.full((*_SIZE, 3), 120.0) + 14 * _texture(rng, _SIZE, 1.5)
        picture[90:] -= 40
        for mask in masks:
            picture[mask] = (np.array([60, 70, 140]) + 22 * _texture(rng, _SIZE, 2))[mask]
        self.picture = picture.clip(0, 255).astype(np.uint8)
        self.ids, self.masks = ids, masks
        common = {
            "name": "", "amodal_px": None, "visibility": None, "truncation": None, "amodal_rle": None,
            "distance_m": 5.0, "transmittance": 1.0,
        }  # fmt: skip
        self.instances = [
            Instance(instance_id=1, category="pedestrian", mask=masks[0], visible_px=int(masks[0].sum()),
                     bbox_xywh_px=(36, 40, 29, 81), **common),
            Instance(instance_id=100_001, category="pedestrian_reflection", mask=masks[1], reflection_of=1,
                     visible_px=int(masks[1].sum()), bbox_xywh_px=(116, 40, 29, 81), **common),
        ]  # fmt: skip

    def scores(self, after: np.ndarray) -> Scores:
        return measure(self.picture, after, self.ids, self.instances)


@pytest.fixture
def scene(rng) -> Scene:
    return Scene(rng)


def as_camera(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Another white balance, tone curve, blur and noise."""
    values = (picture / 255.0) ** 1.25 * np.array([1.1, 0.95, 0.8]) * 0.9 + 0.02
    values = cv2.GaussianBlur(values, (0, 0), 0.7) + rng.normal(0, 0.012, values.shape)
    return (values.clip(0, 1) * 255).astype(np.uint8)


def with_face(picture: np.ndarray) -> np.ndarray:
    """A face on the wall, which no label knows."""
    painted = picture.copy()
    cv2.ellipse(painted, (92, 40), (9, 12), 0, 0, 360, (215, 165, 135), -1)
    for x in (88, 96):
        cv2.circle(painted, (x, 37), 2, (40, 30, 30), -1)
    cv2.line(painted, (88, 46), (96, 46), (120, 50, 50), 2)
    return painted


def without(picture: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The picture with what the mask covers painted out."""
    grown = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    return cv2.inpaint(picture, grown, 5, cv2.INPAINT_TELEA)


def test_what_a_camera_changes_keeps_the_labels(scene: Scene, rng):
    assert scene.scores(scene.picture).failures(Limits()) == []
    assert scene.scores(scene.picture).score == 1.0
    scores = scene.scores(as_camera(scene.picture, rng))
    assert scores.failures(Limits()) == []
    assert 0.7 < scores.score < 1.0


def test_a_shift_is_caught_by_every_measure_of_place(scene: Scene):
    failures = " ".join(scene.scores(np.roll(scene.picture, 3, 1)).failures(Limits()))
    assert all(name in failures for name in ("edges", "structure", "block", "flow_px"))
    assert any("flow_px" in text for text in scene.scores(np.roll(scene.picture, 1, 1)).failures(Limits()))


@pytest.mark.parametrize("who", [0, 1])
def test_a_person_or_reflection_that_is_painted_out_is_caught(scene: Scene, who: int):
    scores = scene.scores(without(scene.picture, scene.masks[who]))
    failures = " ".join(scores.failures(Limits()))
    assert "structure" in failures
    assert "person_edges" in failures
    assert "block" in failures
    assert scores.worst == scene.instances[who].instance_id


def _signs() -> np.ndarray:
    """Rectangles of all lightnesses, with soft edges."""
    rng = np.random.default_rng(2)
    picture = np.full((*_SIZE, 3), 110.0)
    for _ in range(60):
        x, y = (int(rng.integers(length)) for length in _SIZE[::-1])
        corner = x + int(rng.integers(8, 40)), y + int(rng.integers(8, 40))
        cv2.rectangle(picture, (x, y), corner, [float(rng.integers(10, 245))] * 3, -1)
    return cv2.GaussianBlur(picture, (0, 0), 1.0).clip(0, 255).astype(np.uint8)


def _bulged(picture: np.ndarray, px: float) -> np.ndarray:
    """The picture with one place of it moved sideways."""
    rows, columns = np.indices(picture.shape[:2], np.float32)
    away = ((columns - 96) ** 2 + (rows - 80) ** 2) / (2 * 20**2)
    return cv2.remap(picture, columns + px * np.exp(-away), rows, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


@pytest.mark.parametrize(
    "change",
    [lambda x: x**2, lambda x: x**0.5, lambda x: 0.3 * x + 0.47, lambda x: x],
    ids=["dark", "light", "haze", "as is"],
)
def test_optical_flow_does_not_mind_tones_and_finds_what_moved(change):
    def seen(picture: np.ndarray) -> np.ndarray:
        return (255 * change(picture / 255.0)).round().astype(np.uint8)

    before = _signs()
    scores = [
        measure(before, seen(after), np.zeros(_SIZE, np.uint32), []).flow_px
        for after in (before, np.roll(before, 1, 1), _bulged(before, 1.5))
    ]
    assert scores[0] < Limits().flow_px < min(scores[1:])


def test_a_face_that_is_painted_in_is_caught(scene: Scene):
    scores = scene.scores(with_face(scene.picture))
    assert scores.structure > 0.95  # people are as they were
    assert any("block" in text for text in scores.failures(Limits()))


def test_a_reflection_must_change_as_its_person_does(scene: Scene):
    both, one = scene.picture.astype(float), scene.picture.astype(float)
    both[scene.masks[0] | scene.masks[1]] *= 0.6
    one[scene.masks[1]] *= 0.6
    assert scene.scores(both.astype(np.uint8)).reflection_ev < 0.1
    assert scene.scores(one.astype(np.uint8)).reflection_ev > Limits().reflection_ev


def test_ground_that_becomes_grass_is_caught(scene: Scene):
    green, all_green = scene.picture.astype(float), scene.picture * np.array([0.7, 1.0, 0.6])
    green[90:] *= [0.5, 1.0, 0.4]
    assert scene.scores(all_green.astype(np.uint8)).tint < Limits().tint / 2
    assert cast(scene.picture, scene.picture) == 0 < 8 < cast(scene.picture, all_green.astype(np.uint8))
    assert any("tint" in text for text in scene.scores(green.astype(np.uint8)).failures(Limits()))


def test_pictures_without_anything_to_measure(rng):
    flat = np.full((*_SIZE, 3), 90, np.uint8)
    scores = measure(flat, flat, np.zeros(_SIZE, np.uint32), [])
    assert np.isnan(scores.edges)
    assert np.isnan(scores.flow_px)
    assert scores.failures(Limits()) == []
    with pytest.raises(ValueError, match="the labels of"):
        measure(flat, flat[:-1], np.zeros(_SIZE, np.uint32), [])


def test_distance_grows_with_the_difference(rng):
    sets = [[(120 + 30 * _texture(rng, _SIZE, 2)).clip(0, 255).astype(np.uint8) for _ in range(6)] for _ in range(2)]
    target = Photographs(sets[0])
    same = target.distance(sets[1])
    blurred = target.distance([cv2.GaussianBlur(p, (0, 0), 2) for p in sets[1]])
    tinted = [(p * np.array([1, 0.8, 0.6])).astype(np.uint8) for p in sets[1]]
    assert same < 0.1 < blurred
    assert same < 0.1 < target.distance(tinted)
    assert target.distance(with_control("histogram", tinted, sets[0])) < target.distance(tinted) / 2
    assert target.distance(with_control("fda", tinted, sets[0])) < target.distance(tinted)
    assert target.distances(sets[1]) == target.distances(sets[1])


# photographs


def write_photos(folder: Path, count: int, size: tuple[int, int] = (90, 120)) -> Path:
    """Pictures of noise."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    for number in range(count):
        picture = (130 + 40 * _texture(rng, size, 2)).clip(0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / f"{number:03d}.png"), picture)
    return folder


def test_photographs_of_all_kinds(tmp_path: Path, capsys):
    folder = write_photos(tmp_path / "photos", 5)
    write_photos(folder / "portrait", 1, (300, 100))
    (folder / "cut.jpg").write_bytes((folder / "000.png").read_bytes()[:300])
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "notes.txt").write_text("no photograph")
    cv2.imwrite(str(folder / "tiny.png"), np.zeros((8, 8, 3), np.uint8))
    cv2.imwrite(str(folder / "gray.png"), np.full((90, 120), 80, np.uint8))
    rotated = cv2.imencode(".jpg", np.zeros((60, 90, 3), np.uint8))[1].tobytes()
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"  # turned by 90 degrees
    (folder / "turned.jpg").write_bytes(
        rotated[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + rotated[2:]
    )
    video = cv2.VideoWriter(str(folder / "walk.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 10, (120, 90))
    for number in range(12):
        video.write(np.full((90, 120, 3), 10 * number, np.uint8))
    video.release()
    photos = read_photos(folder, 80, 100, 4)
    shapes = {name: picture.shape[:2] for name, picture in zip(photos.names, photos.pictures, strict=True)}
    assert len(photos.pictures) == 5 + 1 + 1 + 1 + 4
    assert shapes["turned.jpg"] == (90, 60)
    assert max(min(shape) for shape in shapes.values()) == 80
    assert sum(name.startswith("walk.avi#") for name in shapes) == 4
    assert len(photos.skipped) == 3
    assert all(any(n in s for s in photos.skipped) for n in ("cut", "empty", "tiny"))
    printed = capsys.readouterr().err
    assert "cut.jpg" in printed
    assert "only 12 photographs" in printed
    assert "greyscale" in printed
    assert read_photos(folder, 80, 100, 4).digest == photos.digest
    assert len(read_photos(folder, 80, 6, 4).pictures) == 6


def test_too_few_photographs(tmp_path: Path):
    with pytest.raises(RunError, match="no such folder"):
        read_photos(tmp_path / "none", 80, 100, 4)
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunError, match="holds no photographs"):
        read_photos(tmp_path / "empty", 80, 100, 4)
    with pytest.raises(RunError, match="only 2 photographs"):
        read_photos(write_photos(tmp_path / "two", 2), 80, 100, 4)


def test_crops_of_one_hue_are_matched_before_those_of_the_same_rank(rng):
    from blender_synth.refine.patches import Crops

    def picture(lower: tuple[int, int, int]) -> np.ndarray:
        made = (np.array([130, 130, 130]) + 8 * _texture(rng, (96, 96), 2)).clip(0, 255)
        made[48:] += np.array(lower) - 130
        return made.clip(0, 255).astype(np.uint8)

    frames = Crops([picture((110, 110, 110))], 32, 0, "frames")
    photos = Crops([picture((90, 130, 60)), picture((100, 100, 100))], 32, 0, "photos")
    low = [number for number, (_, top, _) in enumerate(frames.places) if top >= 56]
    nearest = [photos.places[photos.nearest(frames.features[number], rng)] for number in low for _ in range(8)]
    assert low
    assert np.mean([place[0] == 1 or place[1] < 40 for place in nearest]) > 0.9  # the grey ground, not the lawn


def test_photographs_that_are_measured_with_are_not_learned_from():
    learned, measured = held_out(41)
    assert len(measured) == 10
    assert not set(learned) & set(measured)
    assert len(learned) + len(measured) == 41


# settings and commands


def test_settings_name_key_and_value():
    settings = read_words(["photos=a", "runs=b", "steps=5"], FitSettings, "fit")
    assert (settings.photos, settings.runs, settings.steps) == (Path("a"), ("b",), 5)
    with pytest.raises(ConfigError, match=r"refine fit\.stepz"):
        read_words(["photos=a", "runs=b", "stepz=5"], FitSettings, "fit")
    with pytest.raises(ConfigError, match=r"refine fit.photos"):
        read_words(["runs=b"], FitSettings, "fit")
    with pytest.raises(ConfigError, match="multiple of 16"):
        read_words(["photos=a", "runs=b", "crop_px=100"], FitSettings, "fit")
    with pytest.raises(ConfigError, match="no key=value"):
        read_words(["photos"], FitSettings, "fit")
    limited = read_words(["model=a", "output=b", "runs=c", "limits.flow_px=1"], ApplySettings, "apply")
    assert limited.limits == dataclasses.replace(Limits(), flow_px=1)


def test_the_command_helps(capsys):
    main(["--help"])
    assert capsys.readouterr().out == USAGE
    with pytest.raises(ConfigError, match="apply"):
        main(["aply"])


# refined frames in exports


def refine_by_hand(run: Path, colour: tuple[int, int, int] = (200, 30, 90), accepted: bool = True) -> None:
    """Give every frame of a run a refined picture of one colour."""
    for frame in frames_of(run):
        files = {f.name: f.read_bytes() for f in frame.folder.iterdir() if f.name not in (FILE, "SHA256SUMS")}
        refined = Refined(by="abc", photos="def", score=0.9, variant=0, frame_index=frame.meta.frame_index,
                          accepted=accepted, failures=() if accepted else ("flow_px 3.00 > 0.5",))  # fmt: skip
        meta = dataclasses.replace(frame.meta, refined=refined)

        def fill(folder: Path, files=files, meta=meta) -> None:
            for name, data in files.items():
                (folder / name).write_bytes(data)
            if accepted:
                cv2.imwrite(str(folder / REFINED), np.full((HEIGHT, WIDTH, 3), colour[::-1], np.uint8))
            write_meta(folder / FILE, meta)

        shutil.rmtree(frame.folder)
        write_frame(frame.folder, fill)


def test_exports_take_the_refined_picture_and_say_so(tmp_path: Path):
    from blender_synth import pipeline

    run = make_run(tmp_path / "run", 3)
    before = develop(frames_of(run)[0], DevelopSettings())
    refine_by_hand(run)
    assert (develop(frames_of(run)[0], DevelopSettings()) == (200, 30, 90)).all()
    assert before.std() > 5
    words = ["exporter=coco", "exporter.image_format=png", "exporter.splits={train: 1}", f"dataset={tmp_path / 'data'}"]
    pipeline.export(compose(words), runs=[str(run)], announce_next=False)
    content = json.loads((tmp_path / "data/annotations/instances_train.json").read_text())
    for row in content["images"]:
        assert (row["refined_by"], row["refined_photos"], row["refined_score"], row["refined_variant"]) == (
            "abc", "def", 0.9, 0)  # fmt: skip
        picture = cv2.imread(str(tmp_path / "data/images/train" / row["file_name"]))
        assert (picture == (90, 30, 200)).all()
    with pytest.raises(FrameError, match="refined picture and cannot be changed"):
        develop(frames_of(run)[0], DevelopSettings(mor_m=(200.0,)))


def test_a_refused_frame_keeps_its_unrefined_picture(tmp_path: Path):
    run = make_run(tmp_path / "run", 1)
    before = develop(frames_of(run)[0], DevelopSettings())
    refine_by_hand(run, accepted=False)
    [frame] = frames_of(run)
    assert frame.meta.refined is not None
    assert not frame.meta.refined.accepted
    assert (develop(frame, DevelopSettings()) == before).all()


def test_a_damaged_refined_picture_is_named(tmp_path: Path):
    run = make_run(tmp_path / "run", 1)
    refine_by_hand(run)
    file = run / "frames/000000" / REFINED
    file.write_bytes(file.read_bytes()[:40])
    with pytest.raises(FrameError, match=r"refined\.png"):
        _ = RawFrame(file.parent).refined_picture


def test_check_lists_bad_pictures_and_fails(tmp_path: Path, capsys):
    run = make_run(tmp_path / "run", 2)
    with pytest.raises(RunError, match="no refined picture"):
        main(["check", f"runs={run}"])
    refine_by_hand(run)
    with pytest.raises(RunError, match="2 of 2 pictures do not keep their labels true"):
        main(["check", f"runs={run}"])
    printed = capsys.readouterr().out
    assert "run/000000" in printed
    assert "0 of 2 pictures are refined and within the limits" in printed
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for frame in frames_of(run):
        picture = develop(RawFrame(frame.folder), DevelopSettings())
        assert picture.shape == (HEIGHT, WIDTH, 3)
        cv2.imwrite(str(pictures / f"{frame.folder.name}.png"), np.zeros((10, 10, 3), np.uint8))
    with pytest.raises(RunError, match="another size"):
        main(["check", f"runs={run}", f"pictures={pictures}"])


# tones


def _coloured(rng: np.random.Generator, colours: list[tuple[int, int, int]], gain: float = 1.0) -> np.ndarray:
    """A grey picture with three coloured signs."""
    picture = np.full((*_SIZE, 3), 120.0) + 30 * _texture(rng, _SIZE, 3)
    for number, colour in enumerate(colours):
        picture[20:70, 10 + 60 * number : 55 + 60 * number] = colour
    return (picture * gain).clip(0, 255).astype(np.uint8)


def _paled(picture: np.ndarray, left: float) -> np.ndarray:
    """The picture with so much of its colour left."""
    gray = picture.mean(-1, keepdims=True)
    return (gray + left * (picture - gray)).clip(0, 255).astype(np.uint8)


def test_a_cast_over_everything_is_refused_unless_the_photographs_have_it(scene: Scene, rng):
    signs = [(200, 40, 40), (40, 160, 60), (40, 60, 200)]
    olive = np.array([0.95, 0.95, 0.55])
    before = _coloured(rng, signs)
    photos = [_coloured(rng, signs, gain) for gain in np.linspace(0.7, 0.9, 8)]
    tones = Tones.of(photos)
    cast_over = (before * olive).astype(np.uint8)
    scores = tones.added(scene.scores(scene.picture), before, cast_over)
    assert any("tone" in text for text in scores.failures(Limits()))
    assert tones.added(scene.scores(scene.picture), before, before).failures(Limits()) == []
    assert tones.away(before, (before * 0.8).astype(np.uint8)) < 1
    tinted = Tones.of([(photo * olive).astype(np.uint8) for photo in photos])
    assert tinted.away(before, cast_over) < 1 < tinted.away(before, before[..., ::-1])
    assert np.allclose(Tones.of_profiles(tones.profiles).usual, tones.usual)


def _by_lightness(picture: np.ndarray) -> np.ndarray:
    """Green shadows and violet lights."""
    lab = cv2.cvtColor(picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    dark, light = np.clip((45 - lab[..., 0]) / 30, 0, 1), np.clip((lab[..., 0] - 50) / 25, 0, 1)
    lab[..., 1] += 14 * (light - dark)
    lab[..., 2] -= 10 * (light - dark)
    return (cv2.cvtColor(lab, cv2.COLOR_LAB2RGB).clip(0, 1) * 255).astype(np.uint8)


def test_a_tint_of_shadows_and_lights_is_refused_unless_the_photographs_have_it(scene: Scene, rng):
    before, *photos = ((120 + 60 * _texture(rng, _SIZE, 3)).clip(0, 255).astype(np.uint8) for _ in range(9))
    tinted = _by_lightness(before)
    assert scene.scores(_by_lightness(scene.picture)).tint < Limits().tint  # it depends on lightness alone
    for tones, refused in ((Tones.of(photos), True), (Tones.of([_by_lightness(photo) for photo in photos]), False)):
        scores = tones.added(scene.scores(scene.picture), before, tinted)
        assert any("tone" in text for text in scores.failures(Limits())) == refused


def test_lost_colour_and_lost_contrast_are_refused(scene: Scene, rng):
    signs = [(200, 40, 40), (40, 160, 60), (40, 60, 200)]
    before = _coloured(rng, signs)
    photos = [_coloured(rng, signs, gain) for gain in np.linspace(0.7, 0.9, 8)]
    # some are of winter: without a check of what is most colourful, grey would be as near as others
    photos[:3] = [_paled(photo, 0.3) for photo in photos[:3]]
    tones = Tones.of(photos)
    for bad, name in ((_paled(before, 0.2), "vivid"), ((before * 0.3 + 150).astype(np.uint8), "tone")):
        failures = tones.added(scene.scores(scene.picture), before, bad).failures(Limits())
        assert any(name in text for text in failures), failures
    assert tones.vivid(before, _paled(before, 0.8)) > Limits().vivid
    assert Tones.of([_paled(photo, 0.0) for photo in photos]).vivid(before, _paled(before, 0.0)) == 1.0


def test_the_layout_of_a_frame_says_what_is_where(tmp_path: Path):
    from blender_synth.refine.inputs import frame_input, layout_borders
    from blender_synth.refine.layout import LABEL_PLANES, LAYOUT, UNKNOWN, borders_in, coloured, label_planes, shares_of
    from tests.made_frames import NEUTRAL, PERSON_BOX, REFLECTION_BOX

    make_run(tmp_path / "run", 1)
    given = frame_input(frames_of(tmp_path / "run")[0], NEUTRAL)
    names = np.array(LAYOUT)[given.layout]
    assert (names[PERSON_BOX] == "person").all()
    assert (names[REFLECTION_BOX] == "reflection").all()
    assert names[0, 0] == "sky"
    assert names[9, 31] == "mirror"
    assert names[47, 0] == "ground"
    borders = layout_borders(given)
    planes = label_planes(given.layout, borders)
    assert planes.shape == (LABEL_PLANES, *given.layout.shape)
    assert (planes[:-1].sum(0) == 1).all()
    assert planes[-1].sum() == borders.sum()
    assert shares_of(given.layout).sum() == pytest.approx(1)
    assert borders[PERSON_BOX][0].all()
    assert not borders[PERSON_BOX][1:-1, 1:-1].any()
    half = given.layout.copy()
    half[:, :32] = UNKNOWN
    assert not borders_in(half)[:, :32].any()
    unknown = np.full_like(given.layout, UNKNOWN)
    assert label_planes(unknown, borders)[:-1].sum() == 0
    assert (coloured(unknown, borders)[~borders] == 255).all()


def test_frames_get_looks_of_photographs_with_like_layouts():
    from blender_synth.refine.layout import LAYOUT
    from blender_synth.refine.looks import Looks

    outside, inside = np.zeros((8, 8), np.uint8), np.full((8, 8), LAYOUT.index("structure"), np.uint8)
    bright, dark = np.full((8, 8, 3), 220, np.uint8), np.full((8, 8, 3), 30, np.uint8)
    looks = Looks.of([bright, dark, bright], [outside, inside, outside])
    assert looks.nearest(inside)[0] == 1
    first = looks.chosen(inside, (0, 3))
    assert np.allclose(first, looks.scaled(looks.values[1]))
    assert first[0] < 0 < looks.chosen(outside, (0, 3))[0]
    assert np.array_equal(looks.chosen(inside, (0, 3), 1), looks.chosen(inside, (0, 3), 1))
    assert not looks.chosen(inside, (0, 3), scale=0).any()
