"""A saved web page as the lines that a copy of it would have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bs4 import Tag

# Where a line or a paragraph ends, until all ends at one place are known.
_BLOCK, _PARAGRAPH = "\x1e", "\x1d"
# Elements by what becomes of them, each between spaces.
_DROPPED = """ script style noscript template svg math head nav iframe object canvas video audio select textarea
input """
_PARAGRAPHS = """ p h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre section article main form figure hr """
_LINES = """ div li dt dd tr header footer aside address fieldset legend details summary figcaption button label
caption thead tbody tfoot option body html center menu """


def html_to_text(markup: str) -> str:
    """The text of an HTML page, one line a block, list items with their bullet or number."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(markup, "html.parser")
    return _lines("".join(_flow(soup)))


def _lines(flow: str) -> str:
    """The flow with its block ends as line ends, however many blocks end at one place."""
    flow = re.sub(rf"[ {_BLOCK}{_PARAGRAPH}]*{_PARAGRAPH}[ {_BLOCK}{_PARAGRAPH}]*", "\n\n", flow)
    flow = re.sub(rf" *{_BLOCK}[ {_BLOCK}]*", "\n", flow)
    rows = [" ".join(row.split()) for row in flow.split("\n")]
    text = re.sub(r"(?m)^(•|\d+\.)\n+(?=\S)", r"\1 ", "\n".join(rows))
    text = re.sub(r"\n{3,}", "\n\n", text).strip("\n")
    return text + "\n" if text else ""


def _flow(root: Tag) -> Iterator[str]:
    """The page's text with the line ends of its blocks; walks without recursion, however deep the page is."""
    from bs4.element import NavigableString, PreformattedString, Tag

    work: list[object] = [root]
    while work:
        node = work.pop()
        if isinstance(node, str) and not isinstance(node, NavigableString):
            yield node
        elif isinstance(node, Tag) and node.name == "br":
            yield "\n"
        elif isinstance(node, Tag):
            if not _is_hidden(node):
                end = _line_end(node)
                work += [end, *reversed(node.contents), _marker(node), end]
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            text = re.sub(rf"[{_BLOCK}{_PARAGRAPH}]", "", node)
            yield text if node.find_parent("pre") else re.sub(r"\s+", " ", text)


def _among(tag: Tag, names: str) -> bool:
    return tag.name in names.split()


def _is_hidden(tag: Tag) -> bool:
    if _among(tag, _DROPPED) or tag.has_attr("hidden"):
        return True
    return bool(re.search(r"display\s*:\s*none|visibility\s*:\s*hidden", str(tag.get("style", "")), re.I))


def _line_end(tag: Tag) -> str:
    if _among(tag, _PARAGRAPHS):
        return _PARAGRAPH
    return _BLOCK if _among(tag, _LINES) else " " if _among(tag, " td th ") else ""


def _marker(tag: Tag) -> str:
    """What stands before a list item: its number in an ordered list, else a bullet."""
    if tag.name != "li":
        return ""
    parent = tag.parent
    if parent is None or parent.name != "ol":
        return "• "
    before = sum(1 for _ in tag.find_previous_siblings("li"))
    start = str(parent.get("start", "1"))
    return f"{before + (int(start) if start.isdecimal() else 1)}. "
