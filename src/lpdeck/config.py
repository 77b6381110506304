"""The learner's options: one table says what there is and what fits; `config.toml` holds what was set."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path
from typing import Any

from lpdeck.days import Calendar, StudyDay
from lpdeck.errors import ConfigError
from lpdeck.interviews import ALL_LEVELS, LEVELS, Interview, next_interview, read_interviews
from lpdeck.principles import Principle
from lpdeck.scheduling import Scheduler

KEY_ACTIONS = {
    "reveal": ("space", "enter"),
    "again": ("1", "a"),
    "hard": ("2", "h"),
    "good": ("3", "g"),
    "easy": ("4", "y"),
    "type": ("t",),
    "undo": ("u", "U"),
    "redo": ("ctrl-r",),
    "bury": ("b", "B"),
    "suspend": ("s", "S"),
    "skip": ("k", "tab"),
    "flag": ("f", "F"),
    "edit": ("e", "E"),
    "note": ("n", "N"),
    "info": ("i", "I"),
    "help": ("?",),
    "quit": ("q", "escape"),
}

KEY_MEANINGS = {
    "reveal": "show the answer, or go on",
    "again": "rate a card again",
    "hard": "rate a card hard",
    "good": "rate a card good",
    "easy": "rate a card easy",
    "type": "type the answer",
    "undo": "take back the last action",
    "redo": "take back the undo",
    "bury": "bury the card until tomorrow",
    "suspend": "suspend the card until it is resumed",
    "skip": "put the card behind the others",
    "flag": "flag the card with a colour",
    "edit": "open the card in the editor",
    "note": "write a note on the card",
    "info": "show where the card comes from and its history",
    "help": "show these keys",
    "quit": "leave",
}

# Ready sets of keys: what differs from KEY_ACTIONS, in the manner of vi.
KEY_SETS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "default": {},
    "hjkl": {
        "again": ("h", "1"),
        "hard": ("j", "2"),
        "good": ("k", "3"),
        "easy": ("l", "4"),
        "skip": ("tab",),
    },
}

# Keys that can be bound: any printable character, and these by name.
NAMED_KEYS = ("space", "enter", "tab", "backspace", "escape", "up", "down", "left", "right")


@dataclass(frozen=True)
class Config:
    """What the learner chose; every field has a default and is described in OPTIONS."""

    new_per_day: int = 10
    reviews_per_day: int = 200
    minutes_per_day: int = 0
    desired_retention: float = 0.9
    learning_steps: tuple[int, ...] = (60, 600)
    relearning_steps: tuple[int, ...] = (600,)
    rollover_hour: int = 4
    time_zone: str = "local"
    duel: bool = True
    level: str = ALL_LEVELS
    key_set: str = "default"
    own_keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    retentions: Mapping[str, float] = field(default_factory=dict)
    interviews: tuple[Interview, ...] = ()

    def plan_on(self, day: StudyDay) -> Interview | None:
        """The interview whose plan holds on a study day; None where there is none ahead."""
        return next_interview(self.interviews, day)

    @property
    def keys(self) -> Mapping[str, tuple[str, ...]]:
        """The keys of every action: those of the ready set, and over them the learner's own."""
        return {**KEY_ACTIONS, **KEY_SETS[self.key_set], **self.own_keys}

    @property
    def scheduler(self) -> Scheduler:
        """FSRS with these settings and the default weights; a store puts those in use in their place."""
        return Scheduler(
            desired_retention=self.desired_retention,
            learning_steps=self.learning_steps,
            relearning_steps=self.relearning_steps,
            retentions=tuple(self.retentions.items()),
        )

    @property
    def calendar(self) -> Calendar:
        """Study days in the learner's zone."""
        return Calendar(zone_named(self.time_zone), self.rollover_hour)


def zone_named(name: str) -> tzinfo | None:
    """The time zone of an IANA name; None for `local`, the zone of the machine. Raises ConfigError."""
    if name == "local":
        return None
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ConfigError(
            f'time_zone: "{name}" is no time zone this machine knows',
            'Write "local" or a name such as "Europe/Berlin".',
        ) from None


@dataclass(frozen=True)
class Option:
    """One option: how its text is read (raising ValueError with what fits), how it is shown, what it means."""

    name: str
    meaning: str
    read: Callable[[Any], Any]
    show: Callable[[Any], Any] = lambda value: value


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        number = int(value) if not isinstance(value, (bool, float)) else None
        if number is None or not low <= number <= high:
            raise ValueError
        return number

    return _saying(f"a whole number from {low} to {high}", read)


def _between(low: float, high: float) -> Callable[[Any], float]:
    def read(value: Any) -> float:
        number = float(value)
        if isinstance(value, bool) or not low <= number <= high:
            raise ValueError
        return number

    return _saying(f"a number from {low} to {high}", read)


def _saying(fits: str, read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """`read`, with every failure turned into the sentence of what fits."""

    def reader(value: Any) -> Any:
        try:
            return read(value)
        except (ValueError, TypeError, KeyError, ConfigError):
            raise ValueError(fits) from None

    return reader


_UNITS = {"s": 1, "m": 60, "h": 3600}


def _seconds(text: Any) -> int:
    found = re.fullmatch(r"(\d{1,6})\s*([smh]?)", str(text).strip())
    if found is None:
        raise ValueError
    seconds = int(found[1]) * _UNITS[found[2] or "m"]
    if not 1 <= seconds <= 86_400 // 2:
        raise ValueError
    return seconds


def _steps(value: Any) -> tuple[int, ...]:
    parts = value if isinstance(value, list) else str(value).replace(",", " ").split()
    if len(parts) > 10:
        raise ValueError
    return tuple(_seconds(part) for part in parts)


def show_steps(steps: tuple[int, ...]) -> list[str]:
    """Steps as they are written in the file: `["1m", "10m"]`."""
    units = (("h", 3600), ("m", 60), ("s", 1))
    return [next(f"{step // size}{unit}" for unit, size in units if step % size == 0) for step in steps]


def _keys(value: Any) -> tuple[str, ...]:
    names = value if isinstance(value, list) else str(value).split()
    keys = tuple(str(name) if len(str(name)) == 1 else str(name).lower() for name in names)
    if not keys or not all(_is_key(key) for key in keys):
        raise ValueError
    return keys


def _is_key(key: str) -> bool:
    return (len(key) == 1 and key.isprintable() and key != " ") or (
        key in NAMED_KEYS or (re.fullmatch(r"ctrl-[a-z]", key) is not None and key not in ("ctrl-c", "ctrl-z"))
    )


def _yes_or_no(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    return {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}[str(value).lower()]


def _one_of(*words: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if str(value).lower() not in words:
            raise ValueError
        return str(value).lower()

    return _saying(f"{', '.join(words[:-1])} or {words[-1]}", read)


def _zone(value: Any) -> str:
    zone_named(str(value))
    return str(value)


TABLES: Mapping[str, str] = {"keys": "own_keys", "retention": "retentions"}
"""The tables of the file, each with the field of Config that holds what was set in it."""

_RETENTION = _between(0.7, 0.99)

_STEPS_FIT = 'times under 12 hours such as "1m 10m" (s, m, h); empty for none'
_YES_FITS = "yes or no"
_KEYS_FIT = 'keys such as "1 a", "space", "enter" or "ctrl-r"'

OPTIONS: Mapping[str, Option] = {
    option.name: option
    for option in (
        Option("new_per_day", "new cards begun in a study day", _whole(0, 9999)),
        Option("reviews_per_day", "cards reviewed in a study day, new ones not counted", _whole(0, 99999)),
        Option("minutes_per_day", "minutes of study in a day, over all sittings; 0 for no end", _whole(0, 1440)),
        Option("desired_retention", "the chance of recall at which a card is asked again", _RETENTION),
        *(Option(f"retention.{one.slug}", f"the same for cards about {one.title}", _RETENTION) for one in Principle),
        Option("learning_steps", "waits while a card is new", _saying(_STEPS_FIT, _steps), show_steps),
        Option("relearning_steps", "waits after a card was forgotten", _saying(_STEPS_FIT, _steps), show_steps),
        Option("rollover_hour", "the hour at which a study day begins", _whole(0, 23)),
        Option(
            "time_zone",
            "where the learner's days are counted",
            _saying('"local" or a name such as "Europe/Berlin"', _zone),
        ),
        Option(
            "duel",
            "show the weak and the strong answer of a follow-up to choose from",
            _saying("yes or no", _yes_or_no),
        ),
        Option("level", "the level whose bar is asked; the others are hidden", _one_of(ALL_LEVELS, *LEVELS)),
        Option("key_set", "a ready set of keys, over which keys.* change single ones", _one_of(*KEY_SETS)),
        *(
            Option(f"keys.{action}", f"keys that {meaning}", _saying(_KEYS_FIT, _keys), list)
            for action, meaning in KEY_MEANINGS.items()
        ),
    )
}


def value_of(config: Config, name: str) -> Any:
    """The value of an option by its name in the table; a principle without a retention of its own has the general."""
    table, _, key = name.rpartition(".")
    if table == "keys":
        return config.keys[key]
    if table == "retention":
        return config.retentions.get(key, config.desired_retention)
    return getattr(config, name)


def with_value(config: Config, name: str, text: Any) -> Config:
    """The config with one option set from what the learner wrote. Raises ConfigError."""
    option = OPTIONS.get(name) or _unknown(name)
    try:
        value = option.read(text)
    except ValueError as problem:
        raise ConfigError(f'{name}: "{text}" does not fit', f"Write {problem}. Nothing was changed.") from None
    table, _, key = name.rpartition(".")
    if table:
        value = {**getattr(config, TABLES[table]), key: value}
    return replace(config, **{TABLES[table] if table else name: value})


def check_keys(config: Config) -> None:
    """Raises ConfigError where one key means two things."""
    meaning: dict[str, str] = {}
    for action, keys in config.keys.items():
        for key in keys:
            other = meaning.setdefault(key, action)
            if other != action:
                raise ConfigError(
                    f'the key "{key}" means both {other} and {action}',
                    f"Give {other} another key first: lpdeck config set keys.{other} KEY",
                )


def _unknown(name: str) -> Option:
    from difflib import get_close_matches

    near = get_close_matches(name, OPTIONS, n=1, cutoff=0.0)
    raise ConfigError(f'there is no option "{name}"', f"The nearest is {near[0]}; lpdeck config lists all.")


def load_config(path: Path) -> Config:
    """The options of a `config.toml`; the defaults where there is none. Raises ConfigError naming the file."""
    if not path.exists():
        return Config()
    import tomllib

    from lpdeck.tomltext import loads

    try:
        written = loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}", "Mend that line, or move the file away to start anew.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: the file is not UTF-8", "Save it as UTF-8, or move it away.") from None
    except OSError as error:
        what = f"{path}: the options can not be read ({error.strerror or error})"
        raise ConfigError(what, "Mend or move the file.") from None
    config = Config()
    try:
        config = replace(config, interviews=read_interviews(written.pop("interviews", {})))
        for name, value in _flat(written):
            config = with_value(config, name, value)
        check_keys(config)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error.what}", error.advice) from None
    return config


def _flat(written: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The options of the file by their names in the table, those of its tables last. Raises ConfigError."""
    flat = [(name, value) for name, value in written.items() if name not in TABLES]
    for table, entry in (("keys", "again = [...]"), ("retention", f"{Principle.OWNERSHIP.slug} = 0.95")):
        entries = written.get(table, {})
        if not isinstance(entries, dict):
            raise ConfigError(f"{table} is no table", f"Write its entries as {table}.{entry}.")
        flat += [(f"{table}.{key}", value) for key, value in entries.items()]
    return flat


def rewrite(text: str, name: str, value: Any | None) -> str:
    """A `config.toml` with one option set (None: taken out); comments, order and other keys stay."""
    import tomlkit

    document = tomlkit.parse(text)
    table, _, key = name.rpartition(".")
    if table and table not in document:
        if value is None:
            return text
        document[table] = tomlkit.table()
    target: Any = document[table] if table else document
    if value is None:
        target.pop(key, None)
    else:
        target[key] = value
    return tomlkit.dumps(document)


def rewrite_interview(text: str, name: str, interview: Interview | None) -> str:
    """A `config.toml` with one interview written (None: taken out); comments, order and other tables stay.

    Interviews that have no table of their own, as in a line of dotted keys, are given one at the end.
    """
    import tomllib

    wanted = tomllib.loads(text)
    interviews = wanted.pop("interviews", {})
    if interview is None and name not in interviews:
        return text
    before, block, after = _around(text, name)
    if interview is None:
        interviews.pop(name)
        after = after.removeprefix("\n" if before.endswith("\n\n") or not before else "")
        changed = before + after if after else before.rstrip("\n") + "\n" * bool(before.strip())
    else:
        interviews[name] = interview.table
        changed = (
            f"{before}{_block(block, name, interview)}{after}" if block else _appended(text, {name: interview.table})
        )
    if _says(changed, wanted | ({"interviews": interviews} if interviews else {})):
        return changed
    return _appended(rewrite(text, "interviews", None), interviews)


def _around(text: str, name: str) -> tuple[str, str, str]:
    """What stands before the table of an interview, the table, and what stands after, from the comments there on.

    All is before where there is no such table.
    """
    lines = text.splitlines(keepends=True)
    headers = [at for at, line in enumerate(lines) if line.lstrip().startswith("[")]
    start = next((at for at in headers if _is_header(lines[at], name)), None)
    if start is None:
        return text, "", ""
    end = next((at for at in headers if at > start), len(lines))
    while not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#"):
        end -= 1
    return "".join(lines[:start]), "".join(lines[start:end]), "".join(lines[end:])


def _is_header(line: str, name: str) -> bool:
    return _says(line, {"interviews": {name: {}}})


def _says(text: str, wanted: Mapping[str, Any]) -> bool:
    import tomllib

    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _block(block: str, name: str, interview: Interview) -> str:
    """The table of an interview as it is now; the comments in it stay."""
    import tomlkit

    document = tomlkit.parse(block if block.endswith("\n") else f"{block}\n")
    table: Any = document["interviews"]
    for gone in set(table[name]) - set(interview.table):
        table[name].pop(gone)
    table[name].update(interview.table)
    return tomlkit.dumps(document)


def _appended(text: str, interviews: Mapping[str, Mapping[str, Any]]) -> str:
    """The text with tables of interviews at its end."""
    import tomlkit

    tables = [tomlkit.dumps({"interviews": {name: dict(table)}}) for name, table in interviews.items()]
    return "\n".join([*([text.rstrip("\n") + "\n"] if text.strip() else []), *tables])
