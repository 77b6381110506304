"""Bytes of a file as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.errors import PageError
from lpdeck.pages import decode
from lpdeck.walkthrough import Repair

TEXT = "Łódź – “café” 💡\r\nα ± β\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_text_in_any_unicode_encoding_is_itself(encoding: str) -> None:
    assert TEXT == decode(TEXT.encode(encoding))[0]


def test_utf_16_of_the_other_byte_order_needs_its_mark() -> None:
    assert TEXT == decode(b"\xfe\xff" + TEXT.encode("utf-16-be"))[0]


def test_a_mark_is_reported() -> None:
    assert (Repair("byte order mark", 1),) == decode(b"\xef\xbb\xbfhello")[1]
    assert () == decode(b"hello")[1]


def test_windows_1252_is_read_where_utf_8_fails() -> None:
    assert ("“café” – it’s", (Repair("windows-1252 bytes", 5),)) == decode("“café” – it’s".encode("cp1252"))


def test_single_bytes_of_windows_1252_in_utf_8_do_no_harm_to_the_rest() -> None:
    assert "Łódź it’s" == decode("Łódź it".encode() + b"\x92s")[0]


def test_a_character_cut_with_the_end_of_the_file_is_dropped() -> None:
    assert ("Łódź ", ()) == decode("Łódź 💡".encode()[:-2])


@pytest.mark.parametrize(
    "data", [b"PK\x03\x04zip", b"%PDF-1.7", b"\x89PNG\r\n", b"a\x00b\x00", b"{\\rtf1 x}", b"\x1f\x8b\x08"]
)
def test_what_is_no_text_is_refused_with_advice(data: bytes) -> None:
    with pytest.raises(PageError) as error:
        decode(data)
    assert error.value.advice


def test_an_empty_file_is_an_empty_text() -> None:
    assert ("", ()) == decode(b"")


@given(st.binary())
def test_any_bytes_are_text_or_refused(data: bytes) -> None:
    try:
        text, _ = decode(data)
    except PageError:
        return
    text.encode()


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"])))
def test_utf_8_is_always_itself(text: str) -> None:
    assert text.removeprefix("\ufeff") == decode(text.encode())[0]
