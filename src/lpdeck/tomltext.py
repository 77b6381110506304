"""TOML that may come from anywhere: what the parser reads for ever, or fails at, is an error like any other."""

from __future__ import annotations

import re
from typing import Any

MOST_PARTS = 50
"""How many parts a dotted key may have; the time that the reader takes for one grows with their square."""

_PART = r"""(?:[A-Za-z0-9_-]++|"[^"\n]*+"|'[^'\n]*+')"""
_LONG_ROW = re.compile(rf"(?<![A-Za-z0-9_-]){_PART}(?:[ \t]*+\.[ \t]*+{_PART}){{{MOST_PARTS},}}+")
_END_OF_KEY = re.compile(r"[ \t]*[\]=]")


def loads(text: str) -> dict[str, Any]:
    """What a TOML text says. Raises tomllib.TOMLDecodeError, and nothing else."""
    import tomllib

    rows = (row for row in _LONG_ROW.finditer(text) if _END_OF_KEY.match(text, row.end()))
    if deep := next(rows, None):
        line = text.count("\n", 0, deep.start()) + 1
        raise tomllib.TOMLDecodeError(f"A key has more than {MOST_PARTS} parts (at line {line}, column 1)")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError:
        raise tomllib.TOMLDecodeError("Nested too deep") from None
    except ValueError:
        raise tomllib.TOMLDecodeError("A number is too long") from None
