"""What cards look like in Anki: for each family of note types a front, a back, and one style sheet for all.

Nothing but the order of a quiz's options and the mark on the right one needs JavaScript, and every back says
the right answer in words. Optional parts stand in `{{#field}}`, so that an empty field leaves no trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Sides(NamedTuple):
    """The two templates of a card, in Anki's language."""

    front: str
    back: str


def _head(*more: str) -> str:
    """The line above a card: it always shows the kind, so that no front is blank."""
    extra = "".join(f"{{{{#{name}}}}} · {{{{{name}}}}}{{{{/{name}}}}}" for name in more)
    return f'<div class="lp-head">{{{{#Principles}}}}{{{{Principles}}}} · {{{{/Principles}}}}{{{{Kind}}}}{extra}</div>'


def _only(name: str, html: str) -> str:
    """A part that shows where a field has something."""
    return f"{{{{#{name}}}}}{html}{{{{/{name}}}}}"


def _without(names: tuple[str, ...], html: str) -> str:
    """A part that shows where none of the fields has anything."""
    for name in reversed(names):
        html = f"{{{{^{name}}}}}{html}{{{{/{name}}}}}"
    return html


def _ask(words: str) -> str:
    return f'<div class="lp-ask">{words}</div>'


def _part(name: str, label: str = "", style: str = "") -> str:
    """A field as a paragraph after its label."""
    head = f'<span class="lp-label">{label}</span> ' if label else ""
    classes = f"lp-part {style}".strip()
    return _only(name, f'<div class="{classes}">{head}<div class="lp-text">{{{{{name}}}}}</div></div>')


def _front(*parts: str) -> str:
    return "\n".join(('<div class="lp" data-id="{{Id}}">', *parts, "</div>"))


def _back(*parts: str, names: tuple[str, ...], fallback: str) -> str:
    """The front again, then the answer, words in its place where there is none, and the learner's note."""
    missing = _without(names, f'<div class="lp-part lp-dim">{fallback}</div>')
    note = _part("Note", "note", "lp-note")
    return "\n".join(("{{FrontSide}}", '<hr id="answer">', '<div class="lp">', *parts, missing, note, "</div>"))


_NO_ANSWER = "This card has no answer yet: say it in your own words."
_NO_REASON = "This card gives no reason: find one yourself before you go on."

_CONTEXT = (_part("story", "story", "lp-dim"), _part("scenario", "scene", "lp-dim"))

_PHRASE = Sides(
    _front(
        _head(),
        _only("flaw", '<div class="lp-dim">An answer has this flaw. What does the interviewer conclude?</div>'),
        _only("flaw", _ask("{{phrase}}")),
        _without(
            ("flaw",),
            '<div class="lp-dim">The interviewer hears this. Why does it hurt, and what would you say instead?</div>'
            + _ask("“{{phrase}}”"),
        ),
    ),
    _back(
        _part("why", "why"),
        _part("verdict", "verdict"),
        _part("instead", "instead", "lp-key"),
        names=("why", "verdict", "instead"),
        fallback=_NO_REASON,
    ),
)

_WEAK_BECAUSE = _part("weak_because", "why it is weak")

_FOLLOW_UP = Sides(
    _front(_head(), _ask("{{question}}"), _part("probes", "probes", "lp-dim"), _part("story", "story", "lp-dim")),
    _back(
        _part("strong"),
        _part("key_line", "", "lp-key"),
        _only("weak", f"<details><summary>A weak answer</summary>{_part('weak')}{_WEAK_BECAUSE}</details>"),
        _without(("weak",), _WEAK_BECAUSE),
        names=("strong", "key_line"),
        fallback=_NO_ANSWER,
    ),
)

# Front and back draw the same order from the card and the day, whether or not the page was loaded anew between them.
_SHUFFLE = """<script>
(function () {
  var card = document.querySelector(".lp[data-id]"), list = document.querySelector(".lp-options ul");
  if (!card || !list || list.getAttribute("data-shuffled")) { return; }
  list.setAttribute("data-shuffled", "1");
  var day = new Date(Date.now() - 4 * 3600 * 1000);
  var key = card.getAttribute("data-id") + ":" + [day.getFullYear(), day.getMonth() + 1, day.getDate()].join("-");
  var seed = 2166136261, at, other, held;
  for (at = 0; at < key.length; at++) { seed = Math.imul(seed ^ key.charCodeAt(at), 16777619); }
  function draw() {
    seed = (seed + 0x6D2B79F5) | 0;
    var mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }
  var options = Array.prototype.slice.call(list.children);
  options.forEach(function (option, place) { option.setAttribute("data-place", place); });
  for (at = options.length - 1; at > 0; at--) {
    other = Math.floor(draw() * (at + 1));
    held = options[at]; options[at] = options[other]; options[other] = held;
  }
  options.forEach(function (option) { list.appendChild(option); });
})();
</script>"""

_MARK = """<script>
(function () {
  var list = document.querySelector(".lp-options ul"), right = document.querySelector(".lp-right .lp-text");
  if (!list) { return; }
  var letters = {};
  Array.prototype.slice.call(list.children).forEach(function (option, place) {
    letters[option.getAttribute("data-place")] = String.fromCharCode(65 + place);
    if (right && option.textContent.trim() === right.textContent.trim()) { option.className = "lp-is-right"; }
  });
  Array.prototype.slice.call(document.querySelectorAll("[data-option]")).forEach(function (letter) {
    letter.textContent = letters[letter.getAttribute("data-option")] || letter.textContent;
  });
})();
</script>"""

_QUIZ = Sides(
    _front(_head("difficulty"), _ask("{{question}}"), _only("options", '<div class="lp-options">{{options}}</div>'))
    + "\n"
    + _SHUFFLE,
    _back(
        _part("answer", "right", "lp-right"),
        _without(("answer",), f'<div class="lp-part lp-dim">{_NO_ANSWER}</div>'),
        _part("explanation", "why"),
        _part("hint", "hint", "lp-dim"),
        names=("explanation",),
        fallback=_NO_REASON,
    )
    + "\n"
    + _MARK,
)

_WEAK_ANSWER = Sides(
    _front(_head(), _ask("What disqualifies this answer?"), _part("story", "story", "lp-dim"), _part("text")),
    _back(
        _part("disqualifiers"),
        _part("verdict", "verdict"),
        names=("disqualifiers", "verdict"),
        fallback=_NO_REASON,
    ),
)

_STORY = Sides(
    _front(
        _head(),
        _only(
            "stage", _ask("Tell the {{stage}} of this story." + _only("target_seconds", " In {{target_seconds}} s."))
        ),
        _only("principle", _ask("Tell this story for {{principle}}.")),
        _only(
            "level",
            _only("focus", _ask("What does the bar for {{level}} ask of this story?"))
            + _without(
                ("focus",),
                _only("bar", _ask("What does the bar for {{level}} ask of this story?"))
                + _without(("bar",), _ask("Looking back, what does {{level}} conclude from this story?")),
            ),
        ),
        *_CONTEXT,
    ),
    _back(
        _part("example"),
        _part("signals", "signals", "lp-key"),
        _part("coaching", "coaching"),
        _part("mistake", "mistake"),
        _part("lead"),
        _part("emphasize", "emphasize"),
        _part("downplay", "downplay"),
        _part("focus"),
        _part("bar", "bar"),
        _part("reflection", "reflection"),
        _part("looking_back", "looking back"),
        _part("length", "length"),
        _part("summary", "summary", "lp-dim"),
        names=(
            *("example", "signals", "coaching", "mistake", "lead", "emphasize", "downplay"),
            *("focus", "bar", "reflection", "looking_back", "length", "summary"),
        ),
        fallback=_NO_ANSWER,
    ),
)

_LIST = Sides(
    _front(
        _head(),
        _only("list", _ask("Name the {{list}}.")),
        _without(("list",), _ask("{{question}}")),
        _only("list", _part("question", "question")),
        _part("story", "topic", "lp-dim"),
    ),
    _back(
        _part("points"),
        _part("answer"),
        _part("key_points", "covers"),
        _part("why_asked", "why asked", "lp-dim"),
        names=("points", "answer"),
        fallback=_NO_ANSWER,
    ),
)

_BASIC = Sides(
    _front(_head(), _ask("{{front}}")),
    _back(_part("back"), names=("back",), fallback=_NO_ANSWER),
)

SIDES: Mapping[str, Sides] = {
    "LP Phrase": _PHRASE,
    "LP Follow-up": _FOLLOW_UP,
    "LP Quiz": _QUIZ,
    "LP Weak answer": _WEAK_ANSWER,
    "LP Story": _STORY,
    "LP List": _LIST,
    "LP Basic": _BASIC,
}

CSS = """.card {
  margin: 0; padding: 1em; box-sizing: border-box;
  font-family: -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
  font-size: 19px; line-height: 1.5; text-align: left; color: #1f2328; background-color: #fcfcfa;
  overflow-wrap: break-word;
}
.lp { max-width: 40em; margin: 0 auto; }
.lp-head { font-size: .75em; color: #656d76; margin-bottom: 1em; }
.lp-ask { font-size: 1.15em; font-weight: 600; white-space: pre-wrap; margin: .5em 0; }
.lp-part { margin: .8em 0; }
.lp-text { white-space: pre-wrap; }
.lp-dim { font-size: .9em; color: #656d76; }
.lp-label { display: block; font-size: .72em; letter-spacing: .03em; color: #656d76; }
.lp-key { border-left: 3px solid #b35900; padding-left: .7em; font-weight: 600; }
.lp-right { border-left: 3px solid #1a7f37; padding-left: .7em; font-weight: 600; }
.lp-note { border-top: 1px solid #d0d7de; padding-top: .6em; }
.lp ul { margin: .4em 0; padding-left: 1.4em; }
.lp li { margin: .35em 0; white-space: pre-wrap; }
.lp-options ul { list-style: upper-alpha; padding-left: 1.8em; }
.lp-options li { padding: .3em .5em; border-radius: 6px; }
.lp-is-right { background-color: #dafbe1; font-weight: 600; }
.lp-is-right::after { content: " ✓"; color: #1a7f37; }
details { margin: .8em 0; }
summary { color: #656d76; cursor: pointer; }
hr#answer { max-width: 40em; border: 0; border-top: 1px solid #d0d7de; margin: 1.2em auto; }
@media (max-width: 480px) { .card { font-size: 17px; padding: .8em; } }
.card.nightMode, .card.night_mode { color: #e6edf3; background-color: #1c1f24; }
.nightMode .lp-head, .night_mode .lp-head, .nightMode .lp-dim, .night_mode .lp-dim,
.nightMode .lp-label, .night_mode .lp-label, .nightMode summary, .night_mode summary { color: #9aa4af; }
.nightMode .lp-key, .night_mode .lp-key { border-left-color: #f0a050; }
.nightMode .lp-right, .night_mode .lp-right { border-left-color: #4ac26b; }
.nightMode .lp-is-right, .night_mode .lp-is-right { background-color: #17391f; }
.nightMode .lp-is-right::after, .night_mode .lp-is-right::after { color: #4ac26b; }
.nightMode .lp-note, .night_mode .lp-note { border-top-color: #3d444d; }
.nightMode hr#answer, .night_mode hr#answer { border-top-color: #3d444d; }
"""
