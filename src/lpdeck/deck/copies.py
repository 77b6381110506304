"""Names that programs which keep folders alike give to the second form of a file that changed in two places; pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import NamedTuple


class Copy(NamedTuple):
    """A copy of a file by its name: of which file, and who made it; `sure` where the name alone says so."""

    original: str
    maker: str
    sure: bool


# What stands before the ending, by maker. A learner may call a deck "x 2", so such names alone prove nothing.
_SURE = (
    ("Syncthing", r"\.sync-conflict-\d{8}-\d{6}(-\w+)?"),
    ("Nextcloud", r" \(conflicted copy \d{4}-\d\d-\d\d \d{6}\)"),
    ("ownCloud", r"_conflict-\d{8}-\d{6}"),
    ("Seafile", r" \(SFConflict [^()]*\d{4}-\d\d-\d\d[^()]*\)"),
    ("Dropbox", r" \([^()]*(?:conflicted copy|case conflict)[^()]*\)"),
    # The same in other languages, with its date: a learner's own words in brackets have none.
    (
        "Dropbox",
        r" ?[(（](?=[^()]*\d{4}-\d\d-\d\d)[^()]*(?:konflik|confli[ct]|конфл|çakış|競合|冲突|衝突|충돌)[^()]*[)）]",
    ),
)
_UNSURE = (
    ("Google Drive", r" \(\d{1,3}\)"),
    ("iCloud", r" \d{1,3}"),
    ("OneDrive", r"-[A-Za-z0-9][\w-]{2,30}"),
)


def copy_of(name: str) -> Copy | None:
    """What file a file name with its ending is a copy of, None where it looks like none; surest signs first.

    Of a copy of a copy it is the first original. A sign counts whether or not the original is there: whoever asks
    looks for it.
    """
    stem, dot, ending = unicodedata.normalize("NFC", name).rpartition(".")
    if not dot or not stem:
        return None
    for sure, table in ((True, _SURE), (False, _UNSURE)):
        for maker, pattern in table:
            found = re.fullmatch(rf"(.+?){pattern}", stem, re.IGNORECASE)
            if found:
                return Copy(_first(f"{found[1]}.{ending}"), maker, sure)
    return None


def _first(name: str) -> str:
    """The file at the beginning of a chain of copies, as far as names surely tell."""
    before = copy_of(name)
    return before.original if before is not None and before.sure else name


def sure_copies(names: Collection[str]) -> dict[str, Copy]:
    """Those of some file names that are surely copies of another one among them."""
    known = {unicodedata.normalize("NFC", name).casefold() for name in names}
    found = {name: copy for name in names if (copy := copy_of(name)) is not None and copy.sure}
    return {name: copy for name, copy in found.items() if copy.original.casefold() in known}


def copies_of(original: str, names: Collection[str]) -> list[str]:
    """Those of some file names, the original's among them, that are surely copies of one file."""
    wanted = unicodedata.normalize("NFC", original).casefold()
    return [name for name, copy in sure_copies(names).items() if copy.original.casefold() == wanted]
