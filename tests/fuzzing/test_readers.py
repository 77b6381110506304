"""Every reader with what its form allows and more: it reads or refuses, in time that only size costs."""

from __future__ import annotations

import io
import json
import random
import sys
import time
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "tests" / "data" / "pages").glob("*.txt"))


@cache
def _fuzz(name: str) -> ModuleType:
    """A module of the folder fuzz/."""
    sys.path.insert(0, str(ROOT / "fuzz"))
    try:
        return __import__(name)
    finally:
        sys.path.pop(0)


def _try(target: str, data: bytes) -> None:
    _fuzz("targets").TARGETS[target](data)


def _words(target: str) -> st.SearchStrategy[str]:
    return st.sampled_from(_fuzz("seeds").words(target))


def _rows(target: str) -> st.SearchStrategy[str]:
    """Lines of the words that a reader looks for, with texts between them."""
    text = st.text(st.characters(codec="utf-8"), max_size=8)
    line = st.lists(_words(target) | text, max_size=6).map("".join)
    return st.lists(line, max_size=12).map("\n".join)


@given(path=st.sampled_from(PAGES), seed=st.integers(0, 2**32), changes=st.integers(1, 12))
def test_a_page_with_lines_moved_cut_and_doubled_is_read_or_refused(path: Path, seed: int, changes: int) -> None:
    lines, draw = path.read_text(encoding="utf-8").split("\n"), random.Random(seed)
    words = _fuzz("seeds").words("page")
    for _ in range(changes):
        at, other = draw.randrange(len(lines)), draw.randrange(len(lines))
        lines[at:at] = draw.choice(
            ([lines[other]], [draw.choice(words)], lines[other : other + 9], [lines[other][:20]])
        )
        del lines[draw.randrange(len(lines)) :][: draw.randrange(3)]
        lines[draw.randrange(len(lines))] += draw.choice(words)
    _try("page", "\n".join(lines).encode())


@pytest.mark.parametrize("target", ["page", "html", "deck", "config", "filter", "exchange"])
def test_the_words_of_a_form_in_any_order_are_read_or_refused(target: str) -> None:
    @given(_rows(target))
    def check(text: str) -> None:
        _try(target, text.encode())

    check()


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["basic", "quiz", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
_CARD_KEYS = ("id", "kind", "fields", "note", "tags", "principles", "draft", "from", "imported", "x")


@given(
    cards=st.lists(st.dictionaries(st.sampled_from(_CARD_KEYS), _VALUES, max_size=6), max_size=3),
    about=st.dictionaries(st.sampled_from(["name", "title", "principles", "pages", "dropped"]), _VALUES, max_size=4),
)
def test_json_of_the_right_form_with_any_values_is_read_or_refused(
    cards: list[dict[str, object]], about: dict[str, object]
) -> None:
    whole = {"format": "lpdeck", "version": 1, "decks": [{"name": "a", **about, "cards": cards}]}
    _try("exchange", json.dumps(whole).encode())


@given(
    name=st.sampled_from(["a", "b/c", ""]),
    values=st.dictionaries(
        st.sampled_from(["kind", "front", "back", "options", "answer", "tags", "draft", "from", "note", "imported"]),
        st.sampled_from(
            ["1", '"a"', '["a", "b"]', "true", "1.5", "2026-01-01", "{}", "[[1]]", '"""\na\n"""', "'quiz'", '"basic"']
        ),
    ),
)
def test_a_card_with_values_of_any_kind_is_read_or_reported(name: str, values: dict[str, str]) -> None:
    table = "\n".join(f"{key} = {value}" for key, value in {"id": f'"{name}"', **values}.items())
    _try(
        "deck",
        f"title = 't'\n[[card]]\n{table}\n[[card]]\nid = 'z'\nkind = 'basic'\nfront = 'f'\nback = 'b'\n".encode(),
    )


@given(
    members=st.dictionaries(
        st.sampled_from(
            [
                "collection.anki2",
                "collection.anki21b",
                "meta",
                "media",
                "lpdeck.json",
                "lpdeck.db",
                "../x",
                "/x",
                "decks/a.toml",
            ]
        ),
        st.sampled_from(
            [b"", b"{}", b"SQLite format 3\x00", b'{"format": "lpdeck-backup", "version": 1}', b"\x28\xb5\x2f\xfd"]
        )
        | st.binary(max_size=40),
        max_size=5,
    )
)
def test_archives_of_any_members_are_refused(members: dict[str, bytes]) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    _try("apkg", out.getvalue())
    _try("backup", out.getvalue())


# Size alone costs time

_STORY = "A Story - Amazon LP STAR Walkthrough\nScenario Overview\nWe ran a depot.\n"
_QUIZ = f"{_STORY}Practice Questions\nEasy\nWhich one is right?\n"
GROWING: dict[str, tuple[str, Callable[[int], str]]] = {
    "labels on lines": ("page", lambda n: _STORY + "Strong Example\n" * n),
    "a label again and again": ("page", lambda n: _STORY + "Weak:" * n),
    "whole pages": ("page", lambda n: PAGES[0].read_text(encoding="utf-8") * (n // 40)),
    "options": ("page", lambda n: _QUIZ + "".join(f"{'ABCD'[at % 4]}) option {at} tempts\n" for at in range(n))),
    "one line": ("page", lambda n: _STORY + "I counted it. " * n * 4),
    "one word": ("page", lambda n: _STORY + "w" * n * 40),
    "mojibake": ("page", lambda n: _STORY + "â€™ðŸŽ¯ " * n),
    "deep HTML": ("html", lambda n: "<div>text " * n),
    "a list": ("html", lambda n: "<ol>" + "<li>text</li>" * n),
    "tags that are never closed": ("html", lambda n: "<a " * n),
    "comments that are never closed": ("html", lambda n: "<!-- > " * n),
    "parts of a key": ("deck", lambda n: "a" + ".a" * n * 4 + " = 1"),
    "cards without a known kind": (
        "deck",
        lambda n: "".join(f"[[card]]\nid = 'a{at}'\nkind = 'k{at}'\n" for at in range(n)),
    ),
    "brackets": ("deck", lambda n: "a = " + "[" * n + "]" * n),
    "keys bound to one action": ("config", lambda n: "[keys]\nreveal = [" + "'x'," * n + "]"),
    "parentheses": ("filter", lambda n: "(" * n * 5),
    "words": ("filter", lambda n: "a " * min(n * 4, 4900)),
    "objects in JSON": ("exchange", lambda n: '{"format": "lpdeck", "a": ' * n),
}


def _spent_s(target: str, text: str) -> float:
    began = time.process_time()
    _try(target, text.encode())
    return time.process_time() - began


@pytest.mark.slow
@pytest.mark.parametrize("name", GROWING)
def test_time_grows_with_size_alone(name: str) -> None:
    target, grown = GROWING[name]
    _try(target, grown(100).encode())
    small, large = _spent_s(target, grown(1500)), _spent_s(target, grown(12_000))
    assert large < 0.5 or large / small < 8 * 2.5


@pytest.mark.slow
@pytest.mark.parametrize("name", ["one line", "one word", "whole pages", "options", "mojibake"])
def test_a_page_of_megabytes_is_read(name: str) -> None:
    target, grown = GROWING[name]
    text = grown(1000)
    _try(target, (text * (2_000_000 // len(text.encode()))).encode())
