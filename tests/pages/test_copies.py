"""What was pasted twice counts once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lpdeck.pages.copies import unique
from lpdeck.pages.wording import cut_from, same

LONG = "a sentence with some more words"
ITEMS = st.sampled_from([LONG[:end] for end in range(len(LONG))]) | st.text("aB .!", max_size=16)


@given(st.lists(ITEMS, max_size=12))
def test_copies_and_beginnings_of_other_items_are_left_out(items: list[str]) -> None:
    kept: list[str] = []
    for item in filter(None, items):
        if not any(same(item, other) or cut_from(item, other) for other in kept):
            kept = [*(other for other in kept if not cut_from(other, item)), item]
    assert tuple(kept) == unique(items)
