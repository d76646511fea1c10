"""Which frames a run is to hold: a range of them, or the share of one of several jobs that divide it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload


@dataclass(frozen=True)
class Shard(Sequence[int]):
    """The frames from `start` up to `stop` whose scene belongs to one of several jobs.

    Scene s belongs to job s mod `shards`. So every frame is of one job, however many frames are asked for in the end,
    and the jobs get equally many of easy and of hard scenes.

    Attributes:
        per_scene: frames of one scene. number: of the job, from 0. shards: how many jobs there are.
    """

    start: int
    stop: int
    per_scene: int
    number: int
    shards: int

    def __contains__(self, index: object) -> bool:
        if not isinstance(index, int) or not self.start <= index < self.stop:
            return False
        return index // self.per_scene % self.shards == self.number

    def __iter__(self) -> Iterator[int]:
        first = self.start // self.per_scene
        first += (self.number - first) % self.shards
        for scene in range(first, -(-self.stop // self.per_scene), self.shards):
            yield from range(max(scene * self.per_scene, self.start), min((scene + 1) * self.per_scene, self.stop))

    def __len__(self) -> int:
        return self._before(self.stop) - self._before(self.start)

    def _before(self, stop: int) -> int:
        """How many frames from 0 up to `stop` the job has."""
        rounds, rest = divmod(stop, self.per_scene * self.shards)
        return rounds * self.per_scene + min(max(rest - self.number * self.per_scene, 0), self.per_scene)

    @overload
    def __getitem__(self, position: int) -> int: ...
    @overload
    def __getitem__(self, position: slice) -> Shard: ...
    def __getitem__(self, position: int | slice) -> int | Shard:
        if isinstance(position, int):
            return list(self)[position]
        if position.step not in (None, 1):
            raise ValueError("only successive frames of a shard can be taken")
        taken = list(self)[position]
        start, stop = (taken[0], taken[-1] + 1) if taken else (self.start, self.start)
        return Shard(start, stop, self.per_scene, self.number, self.shards)


Frames = range | Shard
"""Numbers of the frames of a run."""


def shard_name(number: int, count: int) -> str:
    """Name of the folder of a job; they sort by number."""
    return f"shard-{number:0{len(str(count - 1))}}-of-{count}"


def to_plain(frames: Frames) -> list[int] | dict[str, int]:
    """The numbers as JSON."""
    if isinstance(frames, range):
        return [frames.start, frames.stop]
    return {"start": frames.start, "stop": frames.stop, "per_scene": frames.per_scene, "shard": frames.number,
            "shards": frames.shards}  # fmt: skip


def from_plain(plain: Any) -> Frames | None:
    """What `to_plain` made; None for anything else."""
    if isinstance(plain, list) and len(plain) == 2 and all(isinstance(end, int) for end in plain):
        return range(plain[0], plain[1])
    keys = ("start", "stop", "per_scene", "shard", "shards")
    if isinstance(plain, Mapping) and all(isinstance(plain.get(key), int) for key in keys):
        return _shard(*(plain[key] for key in keys))
    return None


def of_config(config: Mapping[str, Any]) -> Frames | None:
    """Numbers of the frames that a run's config asks for; None where that cannot be said.

    Args:
        config: as in config.yaml; it need not be valid.
    """
    frames = config.get("frames")
    whole = from_plain([0, frames] if isinstance(frames, int) else frames)
    if not isinstance(whole, range):
        return None
    count, number, views = config.get("shards", 1), config.get("shard", 0), config.get("views_per_scene", 1)
    if not all(isinstance(value, int) for value in (count, number, views)):
        return None
    mirrors = config.get("mirrors")
    paired = isinstance(mirrors, Mapping) and mirrors.get("paired") is True
    return whole if count == 1 else _shard(whole.start, whole.stop, views * (1 + paired), number, count)


def _shard(start: int, stop: int, per_scene: int, number: int, count: int) -> Shard | None:
    usable = 0 <= start <= stop and per_scene >= 1 and 0 <= number < count
    return Shard(start, stop, per_scene, number, count) if usable else None
