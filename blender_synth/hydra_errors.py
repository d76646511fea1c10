"""Errors of Hydra and OmegaConf as errors of this program: with key, value and what to do."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Iterable, Sequence

import yaml
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import ChoiceSweep, QuotedString
from hydra.errors import HydraException, MissingConfigException, OverrideParseException, SearchPathException

from blender_synth.errors import BlenderSynthError, ConfigError
from blender_synth.quoting import hydra_text
from blender_synth.suggestions import hint_for

_EXTRAS = {"submitit_slurm": "slurm", "submitit_local": "slurm", "slurm": "slurm", "ray": "ray", "ray_aws": "ray"}
"""Launchers that an extra of the package brings."""


def explained(error: Exception, known: Iterable[str] = (), arguments: Sequence[str] = ()) -> BlenderSynthError:
    """The error to show for one that composing a config raised.

    Args:
        known: top-level keys and groups. arguments: of the command line, for the value of a key that is at fault.
    """
    if isinstance(error, BlenderSynthError):
        return error
    if isinstance(error, OverrideParseException):
        return _unreadable(error.override)
    if isinstance(error, MissingConfigException):
        return _no_choice(error)
    if isinstance(error, SearchPathException):
        return ConfigError(_sentence(error), key="--config-dir", hint="give a folder that exists")
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark
        at = f" in line {mark.line + 1}" if mark else ""
        return ConfigError(f"the YAML cannot be read{at}: {error.problem}", file=mark and mark.name, hint="correct it")
    text = "\n".join(str(each) for each in _chain(error))
    if ambiguous := re.search(r"Ambiguous value for argument '(.*?)'\n", text, re.DOTALL):
        key, _, value = ambiguous[1].lstrip("+").partition("=")
        return ConfigError(
            "several values are given for one",
            key=key,
            value=value,
            hint=f"as a list: {key}=[{value}]; as one text: {_quoted(key, value)}; to sweep over them: add -m",
        )
    if choices := re.search(r"Could not override '([^']*)'", text):
        key = choices[1].split("@")[0]
        return _no_override(key, _given(key, arguments), text, known)
    if launcher := re.search(r"Unknown plugin class : 'hydra_plugins\.hydra_(\w+)_launcher", text):
        return _not_installed("hydra/launcher", launcher[1])
    if found := re.search(r"full_key: (\S+)", text):
        hint = "correct the value"
        return ConfigError(_sentence(error), key=found[1], value=_given(found[1], arguments), hint=hint)
    hint = "correct the arguments or the file"
    problem = f"the config cannot be composed: {_sentence(error)}"
    words = [argument.lstrip("+~").partition("=") for argument in arguments if "=" in argument]
    if len(words) == 1:
        return ConfigError(problem, key=words[0][0], value=words[0][2], hint=hint)
    return ConfigError(problem, value=list(arguments), hint=hint)


def check_argument(argument: str, groups: Collection[str]) -> None:
    """Check one `key=value` of the command line by itself.

    Args:
        groups: config groups, which take names of choices only.

    Raises:
        ConfigError: Hydra cannot read it, or a group is to be something else than a choice.
    """
    key, _, value = argument.lstrip("+").partition("=")
    try:
        override = OverridesParser.create().parse_override(argument)
        given = override.value()
    except OverrideParseException:
        raise _unreadable(argument) from None
    except (HydraException, ValueError) as error:
        raise ConfigError(_sentence(error), key=key, value=value, hint="use a smaller or simpler value") from None
    if key not in groups or override.is_delete():
        return
    for choices in given.list if isinstance(given, ChoiceSweep) else [given]:
        for name in choices if isinstance(choices, list) and choices else [choices]:
            text = name.text if isinstance(name, QuotedString) else name
            if key == "experiment" and text is None:
                continue
            if not isinstance(text, str) or not re.fullmatch(r"[\w./-]+", text) or text == "???":
                hint = f"name a choice, or several as [a,b]; set its keys as {key}.KEY=VALUE"
                raise ConfigError("a group takes the name of a choice", key=key, value=value, hint=hint)


def _unreadable(override: str) -> ConfigError:
    key, equals, value = override.lstrip("+").partition("=")
    if not equals:
        return ConfigError("this is neither a command's flag nor key=value", value=override, hint="write key=value")
    return ConfigError("the value cannot be read", key=key, value=value, hint=f"as a text, write {_quoted(key, value)}")


def _quoted(key: str, value: str) -> str:
    return shlex.quote(f"{key}={hydra_text(value)}")


def _no_choice(error: MissingConfigException) -> ConfigError:
    group, _, name = (error.missing_cfg_file or "").rpartition("/")
    if not group:
        return ConfigError(_sentence(error), hint="correct the name")
    if group == "hydra/launcher" and name in _EXTRAS:
        return _not_installed(group, name)
    options = error.options
    if options is None:
        options = re.findall(r"^\t(.+)$", str(error), re.MULTILINE)
    hint = hint_for(name, options)
    if group == "scene":
        hint += "; a scene of your own is chosen by scene.name=NAME, here and in files"
    return ConfigError("there is no such choice", key=group, value=name, hint=hint)


def _not_installed(group: str, name: str) -> ConfigError:
    hint = f"pip install 'blender-synth-people[{_EXTRAS.get(name, name)}]'"
    return ConfigError("the launcher is not installed", key=group, value=name, hint=hint)


def _no_override(key: str, value: str | None, text: str, known: Iterable[str]) -> ConfigError:
    top = key.split(".")[0]
    names = sorted(known)
    if top not in names or "No match in the defaults list" in text:
        return ConfigError("there is no such key", key=key, value=value, hint=hint_for(top, names))
    hint = f"`blender-synth keys {top}` shows what {top} takes"
    problem = "there is no such key" if "not in struct" in text else "the value cannot be set"
    return ConfigError(problem, key=key, value=value, hint=hint)


def _given(key: str, arguments: Iterable[str]) -> str | None:
    """The value that the command line gives a key; None if it gives none."""
    for argument in arguments:
        name, equals, value = argument.lstrip("+~").partition("=")
        if equals and name == key:
            return value
    return None


def _chain(error: BaseException) -> Iterable[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__


def _sentence(error: BaseException) -> str:
    """The first line of an error's text, or its type."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines[0].rstrip(".") if lines else type(error).__name__)[:300]
