"""`blender-synth completion`: completion scripts for bash, zsh and fish.

A script holds everything that can be completed: commands, groups with their choices, keys with their values. Completing
takes one run of awk and starts no Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from blender_synth.arguments import Parser
from blender_synth.config import compose
from blender_synth.errors import BlenderSynthError
from blender_synth.help_text import EXPORT_GROUPS, EXPORT_KEYS
from blender_synth.key_reference import Key, groups, keys_of
from blender_synth.settings import RunSettings

SHELLS = ("bash", "zsh", "fish")
_CONFIG_COMMANDS = ("render", "export", "run", "estimate", "keys")
_FLAGS = {
    "render": ("--help", "--multirun", "--cfg", "--resolve", "--config-dir", "--info", "--hydra-help"),
    "estimate": ("--help", "--probes", "--json"),
    "keys": ("--help", "--json"),
    "status": ("--help", "--json"),
    "verify": ("--help", "--json"),
    "report": ("--help", "--output"),
    "show": ("--help", "--output"),
    "proof": ("--help", "--until"),
    "frame": ("--help", "--open"),
    "assets": ("new", "list", "check", "preview", "import", "--help"),
    "completion": SHELLS,
}
_AWK = r"""
function out(word, text) {
  if (index(word, cur) == 1 && !(word in seen)) { seen[word] = 1; print word "\t" text }
}
BEGIN {
  FS = "\t"; command = ENVIRON["BLENDER_SYNTH_COMMAND"]; cur = ENVIRON["BLENDER_SYNTH_WORD"]
  equals = index(cur, "=")
  if (equals) {
    key = substr(cur, 1, equals - 1); sub(/^\+\+?/, "", key)
    head = substr(cur, 1, equals); tail = substr(cur, equals + 1)
    while (match(tail, /[\[,]/)) { head = head substr(tail, 1, RSTART); tail = substr(tail, RSTART + 1) }
  }
}
$1 == "C" && command == "" { out($2, $3) }
$1 == "F" && command == $2 && ($3 !~ /^-/ || cur ~ /^-/) { out($3, $4) }
$1 == "G" && index($5, " " command " ") {
  if (equals) { if (key == $2) out(head $3, $4) } else out($2 (command == "keys" ? "" : "="), $6)
}
$1 == "K" && index($5, " " command " ") {
  if (equals) {
    if (key == $2) { count = split($3, values, " "); for (i = 1; i <= count; i++) out(head values[i], $4) }
  } else if (index($2, cur) == 1) {
    dot = index(substr($2, length(cur) + 1), ".")
    if (dot) out(substr($2, 1, length(cur) + dot), "")
    else out($2 (command == "keys" ? "" : "="), $4)
  }
}
"""
_BASH = r"""# Completion of blender-synth for bash, by `blender-synth completion bash`.
_blender_synth_words() {
  BLENDER_SYNTH_COMMAND="$1" BLENDER_SYNTH_WORD="$2" awk '@AWK@' <<'BLENDER_SYNTH_DATA'
@DATA@
BLENDER_SYNTH_DATA
}
_blender_synth() {
  local line="${COMP_LINE:0:COMP_POINT}" cur="" command="" word
  local -a words
  read -ra words <<< "$line"
  if [[ "$line" != *[[:space:]] ]]; then
    cur="${words[${#words[@]}-1]}"
    unset "words[${#words[@]}-1]"
  fi
  for word in "${words[@]:1}"; do
    if [[ "$word" != -* ]]; then command="$word"; break; fi
  done
  local broken=""
  if [[ "$COMP_WORDBREAKS" == *=* && "$cur" == *=* ]]; then broken="${cur%%=*}="; fi
  COMPREPLY=()
  while IFS=$'\t' read -r word _; do
    [[ -n "$word" ]] && COMPREPLY+=("${word#"$broken"}")
  done < <(_blender_synth_words "$command" "$cur")
  if [[ ${#COMPREPLY[@]} -gt 0 && "${COMPREPLY[0]}" == *[=.] ]]; then
    compopt -o nospace 2> /dev/null
  fi
  return 0
}
complete -o default -o bashdefault -F _blender_synth blender-synth
"""
_ZSH = r"""#compdef blender-synth
# Completion of blender-synth for zsh, by `blender-synth completion zsh`.
_blender_synth_words() {
  BLENDER_SYNTH_COMMAND="$1" BLENDER_SYNTH_WORD="$2" awk '@AWK@' <<'BLENDER_SYNTH_DATA'
@DATA@
BLENDER_SYNTH_DATA
}
_blender_synth() {
  local cur="${words[CURRENT]}" command="" word text
  for word in "${words[@]:1:$((CURRENT - 2))}"; do
    if [[ "$word" != -* ]]; then command="$word"; break; fi
  done
  local -a open closed open_texts closed_texts
  while IFS=$'\t' read -r word text; do
    if [[ "$word" == *[=.] ]]; then
      open+=("$word"); open_texts+=("$word  $text")
    elif [[ -n "$word" ]]; then
      closed+=("$word"); closed_texts+=("$word  $text")
    fi
  done < <(_blender_synth_words "$command" "$cur")
  if (( ${#open} + ${#closed} == 0 )); then
    compset -P '*='
    _files
    return
  fi
  (( ${#open} )) && compadd -l -S '' -d open_texts -- "${open[@]}"
  (( ${#closed} )) && compadd -l -d closed_texts -- "${closed[@]}"
}
[[ "${funcstack[1]}" == _blender-synth ]] && _blender_synth "$@"
compdef _blender_synth blender-synth
"""
_FISH = r"""# Completion of blender-synth for fish, by `blender-synth completion fish`.
function __blender_synth_words
    set -l words (commandline -opc)
    set -l cur (commandline -ct)
    set -l given ''
    for word in $words[2..-1]
        if not string match -q -- '-*' $word
            set given $word
            break
        end
    end
    set -lx BLENDER_SYNTH_COMMAND $given
    set -lx BLENDER_SYNTH_WORD $cur
    set -l found (string split \n -- '@DATA@' | awk '@AWK@')
    if test (count $found) -gt 0
        string join \n -- $found
    else
        __fish_complete_path (string replace -r '^[^=]*=' '' -- $cur)
    end
end
complete -c blender-synth -f -a '(__blender_synth_words)'
"""


def main(arguments: Sequence[str], commands: Mapping[str, str] | None = None) -> None:
    """Print the script for a shell.

    Args:
        commands: names of all commands, and a sentence for each.

    Raises:
        BlenderSynthError: a plug-in folder cannot be used.
    """
    parser = Parser(
        prog="blender-synth completion",
        description="Print a completion script; make it again after adding plug-ins. "
        "bash: blender-synth completion bash > ~/.local/share/bash-completion/completions/blender-synth   "
        "zsh: ... completion zsh > FOLDER_OF_FPATH/_blender-synth   "
        "fish: ... completion fish > ~/.config/fish/completions/blender-synth.fish",
    )
    parser.add_argument("shell", choices=SHELLS)
    print(script(parser.parse_args(list(arguments)).shell, commands or {}), end="")


def script(shell: str, commands: Mapping[str, str]) -> str:
    """The completion script for a shell."""
    text = "\n".join("\t".join(cell.replace("\t", " ") for cell in row) for row in _rows(commands))
    template = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}[shell]
    if shell == "fish":
        return template.replace("@DATA@", _fish_quoted(text)).replace("@AWK@", _fish_quoted(_AWK))
    return template.replace("@DATA@", text).replace("@AWK@", _AWK)


def _fish_quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def _rows(commands: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """The data of a script: a letter for the kind of a row, then its cells."""
    for name, text in commands.items():
        yield "C", name, text
    for command, flags in _FLAGS.items():
        for flag in flags:
            for each in ("render", "export", "run") if command == "render" else (command,):
                yield "F", each, flag, ""
    found = groups()
    for group, choices in found.items():
        reading = _commands_of(group in EXPORT_GROUPS)
        for name, text in choices.items():
            yield "G", group, name, text, reading, ""
    for key in _all_keys(found):
        if key.leaf:
            values = " ".join(key.choices)
            yield "K", key.name, values, key.explained, _commands_of(key.name.partition(".")[0] in EXPORT_KEYS)


def _commands_of(exported: bool) -> str:
    """Commands that read a key, with spaces around each."""
    return f" {' '.join(name for name in _CONFIG_COMMANDS if exported or name != 'export')} "


def _all_keys(found: Mapping[str, Mapping[str, str]]) -> list[Key]:
    """The keys of all choices of all groups, each once."""
    keys: dict[str, Key] = {}
    choices = [[f"{group}={name}" for name in names] for group, names in found.items() if group != "experiment"]
    for together in zip_longest(*choices):  # the first choices of all groups, then the second ones, and so on
        words = [choice for choice in together if choice]
        try:
            settings = [compose(words)]
        except BlenderSynthError:  # choices that do not go together
            settings = [made for word in words if (made := _composed(word)) is not None]
        for each in settings:
            for key in keys_of(each):
                keys.setdefault(key.name, key)
    return sorted(keys.values(), key=lambda key: key.name)


def _composed(word: str) -> RunSettings | None:
    """The settings with one choice; None where it cannot be used by itself."""
    try:
        return compose([word])
    except BlenderSynthError:
        return None
