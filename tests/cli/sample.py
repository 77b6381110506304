"""Pages for tests of the command line: a short interview question, and the walkthrough of the starters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

PAGES = Path(__file__).parent.parent / "data" / "pages"
WALKTHROUGH = PAGES / "ownership.txt"

POINTS = (
    "Counting the parcels before opening any ticket",
    "Telling the depot what the count had shown",
    "Staying until the second count agreed",
)


def question(
    title: str = "Counting the Lost Parcels",
    *,
    asks: str = "Amazon asks this to see Ownership in small things.",
    points: Sequence[str] = POINTS,
    answer: str = "I counted 212 parcels on a Sunday and found that 19 had two labels. I wrote to the depot.",
    noise: str = "",
) -> str:
    """An interview-question page; `asks` claims its principle, `noise` is a line that no page has."""
    return "\n".join(
        [
            title,
            "Tell me about a count that nobody wanted to do.",
            "Why Interviewers Ask This",
            asks,
            "How to Answer This Question",
            "1. Say what was lost. 2. Say how you counted. 3. Say what changed after the count.",
            "Key Points to Cover",
            *(f"- {point}" for point in points),
            "Sample Answer",
            answer,
            *([noise] if noise else []),
            "Common Mistakes to Avoid",
            "- Blaming the depot before the count was done",
            "- Forgetting to say what the count had cost",
            "",
        ]
    )


NO_PRINCIPLE = "Interviewers ask this to hear how you count."


def shortened() -> str:
    """The walkthrough after its author took away four follow-ups, two reframings and four phrases: over a fifth."""
    text = WALKTHROUGH.read_text(encoding="utf-8")
    for first, after in (
        ("How do you know that your fix", "\nWeak Answer\n"),
        ("\nDeliver Results\n", "\nSDE 1\n"),
        ("  • My manager mentioned", '  • "We rewrote'),
        ("  • No cost to the candidate", "Bar Raiser Thinks"),
    ):
        start = text.index(first)
        text = text[:start] + text[text.index(after, start) :]
    return text


def as_html(text: str) -> str:
    """A page as a browser saves it."""
    body = "".join(f"<p>{line}</p>\n" for line in text.splitlines())
    head = "<title>Parcels</title><script>var x = 1</script><style>p { color: red }</style>"
    return f"<!doctype html>\n<html><head>{head}</head><body>{body}</body></html>"
