"""A saved web page as the lines that a copy of it would have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count, repeat
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

    soup = BeautifulSoup(_readable(markup), "html.parser")
    return _lines("".join(_flow(soup)))


def _readable(markup: str) -> str:
    """The markup without what the parser can not read, or reads again and again.

    `<![if …]>`, of which it knows a few words only, becomes what a browser makes of it: a comment. Tags and comments
    that nothing ever closes become text, as they do there; it would look for their end at each of them.
    """
    return _closed(_closed(markup.replace("<![", "<!~["), "<!--", "-->"), "<", ">")


def _closed(markup: str, opener: str, closer: str) -> str:
    """The markup, in which no opener stands after the last closer."""
    end = markup.rfind(closer) + 1
    return markup[:end] + markup[end:].replace(opener, opener.replace("<", "&lt;"))


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

    work: list[tuple[object, bool, Iterator[str]]] = [(root, False, _BULLETS)]
    while work:
        node, verbatim, marks = work.pop()
        if isinstance(node, str) and not isinstance(node, NavigableString):
            yield node
        elif isinstance(node, Tag) and node.name == "br":
            yield "\n"
        elif isinstance(node, Tag):
            if not _is_hidden(node):
                end = _line_end(node)
                verbatim, inner = verbatim or node.name == "pre", _marks(node)
                marker = next(marks) if node.name == "li" else ""
                work.append((end, verbatim, inner))
                work += ((each, verbatim, inner) for each in reversed(node.contents))
                work += ((marker, verbatim, inner), (end, verbatim, inner))
            elif node.name == "li":
                next(marks)
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            text = re.sub(rf"[{_BLOCK}{_PARAGRAPH}]", "", node)
            yield text if verbatim else re.sub(r"\s+", " ", text)


_BULLETS = repeat("• ")


def _marks(parent: Tag) -> Iterator[str]:
    """What stands before each list item right inside of a tag: its number in an ordered list, else a bullet."""
    if parent.name != "ol":
        return _BULLETS
    start = str(parent.get("start", "1"))
    return (f"{number}. " for number in count(int(start) if _NUMBER.fullmatch(start) else 1))


_NUMBER = re.compile("[0-9]{1,9}")


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
