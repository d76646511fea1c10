"""Hydra's flags anywhere in the command line: its own parser takes no override after a flag with a value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from blender_synth.errors import ConfigError
from blender_synth.suggestions import hint_for

_SWITCHES = {
    "--help": "-h", "--hydra-help": "", "--version": "", "--resolve": "", "--run": "-r", "--multirun": "-m",
}  # fmt: skip
_WITH_VALUE = {
    "--cfg": "-c", "--package": "-p", "--config-dir": "-cd", "--experimental-rerun": "", "--info": "-i",
}  # fmt: skip
_CHOICES = {
    "--cfg": ("job", "hydra", "all"),
    "--info": ("all", "config", "defaults", "defaults-tree", "plugins", "searchpath"),
}
_MODES = ("--run", "--multirun", "--cfg", "--info")
_REFUSED = {
    "--config-name": "`--config-dir FOLDER` adds configs; an experiment (experiment=NAME) sets several keys at once",
    "--config-path": "`--config-dir FOLDER` adds configs; an experiment (experiment=NAME) sets several keys at once",
    "--shell-completion": "`blender-synth completion bash` prints a script for the shell",
}
_SHORT_REFUSED = {"-cn": "--config-name", "-cp": "--config-path", "-sc": "--shell-completion"}
_LONG = {short: name for name, short in (_SWITCHES | _WITH_VALUE).items() if short} | _SHORT_REFUSED


def split_flags(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Flags, in their long form and with `=` before a value, and the other words.

    Raises:
        ConfigError: there is no such flag, or its value is missing or wrong.
    """
    flags: list[str] = []
    others: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("-") or word == "-":
            others.append(word)
            continue
        given, equals, value = word.partition("=")
        name = _LONG.get(given, given)
        if name in _REFUSED:
            raise ConfigError("this flag of Hydra is not used here", value=word, hint=_REFUSED[name])
        if name in _SWITCHES and not equals:
            flags.append(name)
        elif name in _WITH_VALUE:
            if not equals:
                value = _value_of(name, rest)
            _check(name, value)
            flags.append(f"{name}={value}")
        else:
            raise _unknown(word, name)
    modes = [flag for flag in flags if flag.partition("=")[0] in _MODES]
    if len(modes) > 1 and "--help" not in flags:
        raise ConfigError("these flags do not go together", value=" ".join(modes), hint="give one of them at a time")
    return flags, others


def _value_of(name: str, rest: list[str]) -> str:
    """The value of a flag, taken from the words after it."""
    if name == "--info" and (not rest or rest[0] not in _CHOICES[name]):
        return "all"
    if not rest or rest[0].startswith("-"):
        example = f"{name} {_CHOICES[name][0]}" if name in _CHOICES else f"{name} FOLDER"
        raise ConfigError("the flag needs a value", key=name, hint=f"write {example}")
    return rest.pop(0)


def _check(name: str, value: str) -> None:
    if name in _CHOICES and value not in _CHOICES[name]:
        hint = hint_for(value, _CHOICES[name])
        raise ConfigError("the flag takes no such value", key=name, value=value, hint=hint)


def _unknown(word: str, name: str) -> ConfigError:
    key = name.lstrip("-")
    known = [*_SWITCHES, *_WITH_VALUE]
    hint = hint_for(name, known)
    if "did you mean" not in hint:
        hint = f"keys of the config take no dashes ({key}=...); flags are: {', '.join(sorted(known))}"
    return ConfigError("there is no such flag", value=word, hint=hint)


def values_of(flags: Sequence[str], name: str) -> Iterator[str]:
    """Values that a flag has among those of `split_flags`."""
    return (flag.partition("=")[2] for flag in flags if flag.startswith(f"{name}="))


def command_first(words: Sequence[str], commands: Sequence[str]) -> list[str]:
    """Words with the command before Hydra's flags, where these were given first (`-m render`)."""
    if words and words[0].startswith("-"):
        for number, word in enumerate(words):
            if word in commands:
                return [word, *words[:number], *words[number + 1 :]]
    return list(words)
