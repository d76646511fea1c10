"""`refine fit`: a generator against a discriminator of matched patches (torch)."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from blender_synth import __version__
from blender_synth.cache import write_atomically
from blender_synth.develop.settings import DevelopSettings
from blender_synth.frames.raw_frame import RawFrame
from blender_synth.frames.run_folder import disk_errors
from blender_synth.learn import require_torch
from blender_synth.progress import print_line
from blender_synth.refine import checks
from blender_synth.refine.distance import Photographs
from blender_synth.refine.inputs import GROUPS, FrameInput, frames_to_learn_on
from blender_synth.refine.learning_set import learning_set
from blender_synth.refine.measure import in_use, measure, scores_of, table_of
from blender_synth.refine.patches import Crops
from blender_synth.refine.photos import PhotoSet
from blender_synth.refine.settings import FitSettings, Limits, read_words
from blender_synth.refine.tone import Tones
from blender_synth.seeds import rng_for
from blender_synth.strict_json import json_text

if TYPE_CHECKING:
    import torch

    from blender_synth.refine.camera import Camera
    from blender_synth.refine.model import Refiner

FACTS = "fit.json"
_STRIP_COUNT = 8
_SHOWN = 4
_R1_EVERY, _STYLE_EVERY = 8, 4
_DIFFERENCE = 0.05
"""Mean difference of two looks, in values from -1 to 1, beyond which more is not rewarded."""
_CAST = 8.0
"""Change of the mean colour, in Lab units, from which the user is asked to look."""
_CHECKS, _CHECKED = 4, 12
"""How often the average is measured during a training, and with how many frames."""
_LEAST_KEPT = 0.7
"""Share of pictures that must be within the limits."""
_NEARER = 0.95
"""Share of the distance before that must be left at most, or the model is not worth using."""
NOT_NEARER = (
    "the model does not bring the frames nearer to the photographs, so do not use it: photographs of scenes like the "
    "frames', more of them, or more steps may help; see the table and the strips"
)
_WINS_AT = 0.97
"""Share of patches that the discriminator gets right, from which it has won."""
_PERSON, _REFLECTION, _BORDERS = 3 + GROUPS.index("person"), 3 + GROUPS.index("reflection"), 3 + len(GROUPS)


def main(words: Sequence[str]) -> None:
    """Run the command."""
    settings = read_words(words, FitSettings, "fit")
    fit(settings)
    print(f"next: blender-synth refine apply model={settings.model} dataset=DATASET output=DATASET-refined")


def fit(settings: FitSettings) -> Path:
    """Train a model, or go on with one that was stopped; returns its folder.

    Raises:
        ConfigError: PyTorch is missing, or the device. RunError: photographs or runs are missing, too few or unusable;
            the folder holds a model with other settings; the disk is full (the last checkpoint stays).
    """
    require_torch("refine fit", "refine")
    with disk_errors(settings.model, "model"):
        return _fit(settings)


def _fit(settings: FitSettings) -> Path:
    sources = frames_to_learn_on(settings.runs, settings.max_frames, settings.seed)
    _, facts, _ = fit_frames(settings, sources)
    for line in table_of(facts):
        print(line)
    print(f"model in {settings.model}; see {settings.model / 'report.html'}")
    return settings.model


def fit_frames(
    settings: FitSettings, sources: Sequence[tuple[RawFrame, DevelopSettings]]
) -> tuple[Refiner, dict[str, Any], list[FrameInput]]:
    """Train on these frames, measure, and write the report.

    Returns:
        The model, facts and table (see `measure`), and the frames that it did not learn from.
    """
    import torch

    from blender_synth.refine.camera import fit_camera
    from blender_synth.refine.model import load_model
    from blender_synth.refine.page import write_model_page
    from blender_synth.refine.segmenter import fit_segmenter

    if settings.threads:
        torch.set_num_threads(settings.threads)
    given = learning_set(settings, sources, "refine fit")
    crop_px = given.crop_px(settings.crop_px, 16)
    mine, others, pictures = given.learned, given.measured, given.learned_photos
    settings.model.mkdir(parents=True, exist_ok=True)
    trainer = _Trainer(settings, given.photos, pictures, mine, others, crop_px)
    trainer.training.resume()  # one with other settings is refused before anything is trained
    if settings.segmenter_steps:
        fit_segmenter(settings.model, mine, settings.segmenter_steps, crop_px, settings.seed)
    if settings.camera_steps:
        folder = settings.model / "camera"
        trainer.use(fit_camera(folder, mine, pictures, settings.camera_steps, settings.seed, trainer.device))
    trainer.run()
    refiner = load_model(settings.model, settings.device, settings.compute)
    facts = measure(others, refiner, pictures, given.measured_photos, given.extractor)
    casts = [checks.cast(frame.picture, refiner.refined(frame)) for frame in others]
    facts["cast"] = round(float(np.mean(casts)), 1)
    if facts["cast"] > _CAST:
        print_line(
            f"the refined pictures have another colour as a whole ({facts['cast']:.0f} Lab units): look at them; where "
            "the photographs are not tinted, they show other things than the frames, such as lawns"
        )
    row = facts["rows"]["refined"]
    if row["kept"] < _LEAST_KEPT or row["used"] > _NEARER * facts["rows"]["unrefined"]["distance"]:
        refiner.facts["nearer"] = False
        trainer.save(nearer=False)
    if not refiner.facts["nearer"]:
        print_line(NOT_NEARER)
    facts |= {**refiner.facts, "version": __version__, "machine": platform.machine(),
              "settings": {k: str(v) if isinstance(v, Path) else v for k, v in asdict(settings).items()}}  # fmt: skip
    write_atomically(settings.model / FACTS, json_text(facts, indent=1))
    pairs = [(frame.picture, refiner.refined(frame)) for frame in others[:10]]
    write_model_page(settings.model, facts, pairs, given.measured_photos[:6])
    return refiner, facts, others


def rate_at(step: int, steps: int) -> float:
    """Share of the learning rate at a step: it rises over the first tenth and falls to zero over the second half."""
    return min(1.0, (step + 1) / max(1, steps // 10), 2 * (steps - step) / steps)


class _Trainer:
    """The adversarial training. `photos`: whole set; `pictures`: those of it to learn from."""

    def __init__(
        self,
        settings: FitSettings,
        photos: PhotoSet,
        pictures: Sequence[np.ndarray],
        frames: Sequence[FrameInput],
        shown: Sequence[FrameInput],
        crop_px: int,
    ):
        import torch

        from blender_synth.learn.average import MovingAverage
        from blender_synth.learn.seeding import best_device, seed_torch
        from blender_synth.learn.training import Training
        from blender_synth.refine.model import uses_half
        from blender_synth.refine.network import Discriminator, Generator

        self.settings, self.photos, self.frames, self.size = settings, photos, frames, crop_px
        self.camera: Camera | None = None
        self.tones = Tones.of(pictures)
        self.held = [shown[i] for i in np.linspace(0, len(shown) - 1, min(_CHECKED, len(shown))).astype(int)]
        self.target = Photographs(pictures)
        self.shown = [shown[i] for i in np.linspace(0, len(shown) - 1, min(_SHOWN, len(shown))).astype(int)]
        self.crops = Crops(pictures, crop_px, settings.seed, "photos")
        self.own = Crops([frame.picture for frame in frames], crop_px, settings.seed, "frames")
        self.device = best_device(settings.device)
        self.half = uses_half(settings.compute, self.device)
        seed_torch(settings.seed, "refine/weights")
        self.network_settings = {"width": settings.width, "residual": settings.residual, "style": settings.style}
        self.generator = Generator(settings.width, settings.residual, settings.style).to(self.device)
        self.discriminator = Discriminator().to(self.device)
        self.average = MovingAverage(self.generator, 0.995)
        self.best = Best(self.average.module)
        rate = settings.learning_rate
        self.g_optimizer = torch.optim.Adam(self.generator.parameters(), rate, (0.5, 0.99))
        self.d_optimizer = torch.optim.Adam(self.discriminator.parameters(), rate, (0.5, 0.99))
        kept = {k: v for k, v in asdict(settings).items() if k in _DECIDING}
        self.training = Training(
            settings.model,
            {"generator": self.generator, "discriminator": self.discriminator, "average": self.average,
             "g_optimizer": self.g_optimizer, "d_optimizer": self.d_optimizer, "best": self.best},
            {**kept, "crop_px": crop_px, "photos": photos.digest, "frames": len(frames)},
            columns=("generator", "discriminator", "content", "tint", "statistics", "right"),
        )  # fmt: skip
        self.right: list[float] = []
        self.warned = False

    def use(self, camera: Camera) -> None:
        """Let frames go through a camera first, with or without its noise, whichever is better on frames held out."""
        from blender_synth.refine.camera import through_camera

        self.camera = camera
        distances = []
        for factor in (1.0, 0.0):
            camera.noise_factor = factor
            distances.append(self._distance([through_camera(camera, frame).picture for frame in self.held]))
        camera.noise_factor = 1.0 if distances[0] <= distances[1] else 0.0
        self.frames = [through_camera(camera, frame) for frame in self.frames]
        self.own = Crops([frame.picture for frame in self.frames], self.size, self.settings.seed, "frames")

    def run(self) -> None:
        """Train, and write the weights that were best on frames held out, those before the first step included."""
        self.training.resume()
        if self.training.step == 0:
            self._measure(0)
        self.training.run(self.settings.steps, self.step, "refine fit")
        before = self.target.distance([frame.picture for frame in self.held])
        self.average.module.load_state_dict(self.best.weights)
        self.save(nearer=self.best.distance < _NEARER * before)

    def save(self, nearer: bool) -> None:
        """Write the model. `nearer`: whether it is worth using."""
        from blender_synth.refine.model import save_model

        save_model(
            self.settings.model,
            self.average.module,
            self.network_settings,
            {"photos": self.photos.digest[:12], "photo_count": len(self.photos.pictures), "steps": self.training.step,
             "seconds": round(self.training.seconds, 1), "discriminator_won": self.warned,
             "best_step": self.best.step, "nearer": nearer},
            self.tones,
            self.camera,
        )  # fmt: skip

    def _distance(self, pictures: Sequence[np.ndarray]) -> float:
        """Distance of pictures of the frames held out to the photographs, where refused ones are unrefined; infinite
        where too many are refused."""
        scores = [scores_of(frame, picture, None, self.tones)
                  for frame, picture in zip(self.held, pictures, strict=True)]  # fmt: skip
        kept = sum(not score.failures(Limits()) for score in scores)
        if kept < _LEAST_KEPT * len(scores):  # what is refused so often is no better where it is not
            return float("inf")
        return self.target.distance(in_use(self.held, pictures, scores, Limits()))

    def _measure(self, steps: int) -> None:
        self.best.offer(self._distance([self._refined(frame) for frame in self.held]), steps, self.average.module)

    def _refined(self, frame: FrameInput) -> np.ndarray:
        import torch

        from blender_synth.refine.camera import through_camera
        from blender_synth.refine.model import to_picture

        if self.camera is not None:
            frame = through_camera(self.camera, frame)
        with torch.no_grad():
            planes = torch.from_numpy(frame.planes())[None].to(self.device)
            return to_picture(self.average.module(planes, torch.zeros(1, self.settings.style, device=self.device))[0])

    def batch(self, number: int) -> tuple[np.ndarray, ...]:
        """Planes, photographs' crops, and the heights of the rows of both, of one step."""
        rng = rng_for(self.settings.seed, number, "refine/fit/step")
        planes, reals, heights, real_heights = [], [], [], []
        for _ in range(self.settings.batch):
            place = int(rng.integers(len(self.own.places)))
            frame_number, top, left = self.own.places[place]
            frame = self.frames[frame_number]
            window = slice(top, top + self.size), slice(left, left + self.size)
            flip = -1 if rng.random() < 0.5 else 1
            grain = rng.standard_normal((1, self.size, self.size), np.float32)
            picture = frame.picture[window].transpose(2, 0, 1).astype(np.float32) / 127.5 - 1
            layers = frame.layers[:, window[0], window[1]].astype(np.float32)
            whole = np.concatenate([picture, layers, grain])
            if flip < 0:
                whole = whole[..., ::-1].copy()
                whole[-4] *= -1  # x of the normals
            planes.append(whole)
            heights.append(self.own.crop(place)[1])
            for _ in range(2):
                crop, rows = self.crops.crop(self.crops.nearest(self.own.features[place], rng))
                reals.append(crop[:, :: -1 if rng.random() < 0.5 else 1].transpose(2, 0, 1))
                real_heights.append(rows)
        real = np.ascontiguousarray(np.stack(reals)).astype(np.float32) / 127.5 - 1
        rows_of = [np.repeat(np.stack(h)[:, None, :, None], self.size, 3) for h in (heights, real_heights)]
        return np.stack(planes), real, *rows_of

    def step(self, number: int) -> dict[str, float]:
        """One step of both networks."""
        import torch

        for optimizer in (self.g_optimizer, self.d_optimizer):
            for group in optimizer.param_groups:
                group["lr"] = self.settings.learning_rate * rate_at(number, self.settings.steps)

        from blender_synth.refine import losses

        settings, n = self.settings, self.settings.batch
        planes, reals, heights, real_heights = (torch.from_numpy(a).to(self.device) for a in self.batch(number))
        codes = torch.from_numpy(
            rng_for(settings.seed, number, "refine/fit/style").standard_normal((2, n, settings.style), np.float32)
        ).to(self.device)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.half):
            fakes = self.generator(planes, codes[0])
        fakes = fakes.float()
        half_reals, half_heights = reals[::2], real_heights[::2]
        penalised = settings.r1 > 0 and number % _R1_EVERY == 0
        judged_input = half_reals.clone().requires_grad_(penalised)
        real_votes = self.discriminator(judged_input, half_heights)
        fake_votes = self.discriminator(fakes.detach(), heights)
        d_loss = losses.judged_real(real_votes) + losses.judged_fake(fake_votes)
        whole_loss = d_loss
        if penalised:
            whole_loss = d_loss + settings.r1 * _R1_EVERY * losses.r1_penalty(real_votes, judged_input) / self.size**2
        self.d_optimizer.zero_grad()
        whole_loss.backward()
        self.d_optimizer.step()

        votes = self.discriminator(fakes, heights)
        people = (planes[:, _PERSON : _PERSON + 1] + planes[:, _REFLECTION : _REFLECTION + 1]).clamp(0, 1)
        kept = losses.content(planes[:, :3], fakes, planes[:, _BORDERS : _BORDERS + 1], people)
        random = torch.Generator().manual_seed(int(rng_for(settings.seed, number, "refine/fit/slices").integers(2**62)))
        gap = losses.statistics(fakes, reals, random)
        tinted = losses.tint(planes[:, :3], fakes)
        outside = (fakes.abs() - 1).clamp(min=0).mean()
        g_loss = settings.adversarial * losses.judged_real(votes) + settings.content * kept + settings.statistics * gap
        g_loss = g_loss + settings.colour * tinted + 5 * outside
        if settings.style and number % _STYLE_EVERY == 0:
            other = self.generator(planes, codes[1]).float()
            g_loss = g_loss - (other - fakes.detach()).abs().mean().clamp(max=_DIFFERENCE) * _STYLE_EVERY
        self.g_optimizer.zero_grad()
        g_loss.backward()
        torch.nn.utils.clip_grad_norm_(self.generator.parameters(), 5.0)
        self.g_optimizer.step()
        self.average.update(self.generator)
        right = ((real_votes > 0.5).float().mean() + (fake_votes < 0.5).float().mean()).item() / 2
        self._watch(number, right)
        return {
            "generator": g_loss.item(), "discriminator": d_loss.item(), "content": kept.item(),
            "tint": tinted.item(), "statistics": gap.item(), "right": right,
        }  # fmt: skip

    def _watch(self, number: int, right: float) -> None:
        """Strips, and the warning where the discriminator wins."""
        self.right = [*self.right[-99:], right]
        steps = self.settings.steps
        if not self.warned and number >= min(steps - 1, 150) and np.mean(self.right) > _WINS_AT and steps > 20:
            self.warned = True
            print_line(
                "the discriminator tells photographs from frames without effort: they show nothing alike, and the "
                "model will learn little; use photographs of scenes like the frames', or frames like the photographs"
            )
        if (number + 1) % max(1, steps // _STRIP_COUNT) == 0 or number == 0:
            self._strip(number + 1)
        if (number + 1) % max(1, steps // _CHECKS) == 0:
            self._measure(number + 1)

    def _strip(self, number: int) -> None:
        from blender_synth.refine.page import STRIPS, write_strip

        write_strip(
            self.settings.model / STRIPS / f"step_{number:06d}.jpg",
            [(frame.picture, self._refined(frame)) for frame in self.shown],
        )


class Best:
    """The weights that were nearest to the photographs so far, as a part of the checkpoint."""

    def __init__(self, network: torch.nn.Module):
        self.distance, self.step = float("inf"), 0
        self.weights = {name: value.clone() for name, value in network.state_dict().items()}

    def offer(self, distance: float, step: int, network: torch.nn.Module) -> None:
        """Keep a copy of the network's weights where they are better."""
        if distance < self.distance:
            self.distance, self.step = distance, step
            self.weights = {name: value.clone() for name, value in network.state_dict().items()}

    def state_dict(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {"distance": self.distance, "step": self.step, "weights": self.weights}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """From a checkpoint."""
        self.distance, self.step, self.weights = float(state["distance"]), int(state["step"]), state["weights"]


_DECIDING = (
    "steps", "camera_steps", "batch", "width", "residual", "style", "learning_rate", "adversarial", "statistics",
    "content", "colour", "r1", "photo_px", "from_video", "seed",
)  # fmt: skip
"""Settings that decide what a step does; with others, a training cannot go on."""
