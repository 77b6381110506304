"""A saved web page as lines."""

from __future__ import annotations

import html
import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from lpdeck.pages import as_json, html_to_text, read_page

DATA = Path(__file__).parents[1] / "data" / "pages"


def test_blocks_end_lines_and_inline_elements_do_not() -> None:
    markup = "<div><h1>Title</h1><p>One <b>bold</b>\n word.</p><p>Two<br>lines</p></div>"
    assert "Title\n\nOne bold word.\n\nTwo\nlines\n" == html_to_text(markup)


def test_neighbouring_spans_stay_together() -> None:
    assert '"a""b"\n' == html_to_text("<div><span>&quot;a&quot;</span><span>&quot;b&quot;</span></div>")


def test_list_items_get_a_bullet_or_their_number() -> None:
    markup = "<ul><li>one</li><li><p>two</p></li></ul><ol start=3><li>three</li><li>four</li></ol>"
    assert ["• one", "• two", "3. three", "4. four"] == [line for line in html_to_text(markup).split("\n") if line]


def test_what_nobody_sees_is_dropped() -> None:
    markup = (
        "<head><title>t</title><style>p{}</style></head><body><nav>Home</nav><script>x()</script>"
        "<p hidden>a</p><p style='display: none'>b</p><!-- c --><p>seen &amp; read</p></body>"
    )
    assert "seen & read\n" == html_to_text(markup)


def test_sections_that_word_writes_are_dropped_whatever_they_name() -> None:
    assert "a\n\nb c\n" == html_to_text("<p>a</p><![CDA-x [y]><p>b<![endif]> c</p>")


def test_preformatted_text_keeps_its_lines() -> None:
    assert "one\ntwo\n" == html_to_text("<pre>one\ntwo</pre>")


def test_deep_nesting_does_no_harm() -> None:
    assert "x\n" == html_to_text("<div>" * 3_000 + "x" + "</div>" * 3_000)


def test_a_page_saved_as_html_reads_like_its_paste() -> None:
    for name in ("greenhouse", "promise"):
        text = (DATA / f"{name}.txt").read_text(encoding="utf-8")
        body = "".join(f"<div>{html.escape(line)}</div>\n" for line in text.split("\n"))
        assert as_json(read_page(text).content) == as_json(read_page(html_to_text(f"<body>{body}</body>")).content)


@given(st.text())
def test_any_text_is_markup(markup: str) -> None:
    assert not re.search(r"\n{3}", html_to_text(markup))


def test_tags_and_comments_that_nothing_closes_are_text() -> None:
    assert "a\n\nb <!-- c\n" == html_to_text("<!-- x --><p>a<p>b <!-- c")
    assert "1 <b and\n" == html_to_text("<p>1 <b and")
