"""Names of principles that stand on a page only to be rejected or compared."""

from __future__ import annotations

import re

from lpdeck.inference.rejection import is_doubted, is_rejected, is_spoiled

_TURNED_DOWN = re.compile(
    r"\b(not|isn't|never|nor|neither|rather than|instead of|unlike|more than|other than|different from)"
    r"(?! (only|just|merely)\b)(\W+\w+){0,4}\W*$",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[.;!?]\s|,| but | while | whereas | although | though | yet | and ")
# Two claims in one text are a contrast where one is a failure and the other is none.
_SENTENCE_OR_TURN = re.compile(r"[.;!?]\s|,| but | while | whereas | although | though | yet ")
_NEAR_FAILURE = re.compile(r"\b(?:not|nowhere) near\b", re.IGNORECASE)
_SUCCESS = re.compile(
    r"\b(?:clears?|meets?|passes|reach(?:es)?|above|satisfies|exceeds?|raises)\b(?:\W+\w+){0,4}\W*$"
    r"|(?<!no )\bhire(?: decision)? (?:for|on)(?: the)?\W*$",
    re.IGNORECASE,
)
_FAILURE = re.compile(
    r"\bno hire(?: decision)? (?:for|on)(?: the)?\W*$|\b(?:below|under|misses|fails|short of|not near"
    r"|far from|nowhere near)\b"
    r"(?:\W+\w+){0,4}\W*$",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"\b(?:not|isn't|no longer|hardly|never|doesn't|don't|cannot|can't|nor)\b(?! (?:only|just|merely)\b)", re.I
)
# What is said of principles that a question is not for: behind their names ...
_MISSED = re.compile(
    r"^(?:\W+(?:stor(?:y|ies)|questions?|answers?|examples?|itself|here|often|also|only|just|alone"
    r"|anecdotes?)){0,3}\W+(?:(?:would|will) )?"
    r"(?:miss(?:es)? (?:the|this)|lose (?:time|points|the panel)|(?:is|are|be|isn't|aren't) (?:turned down"
    r"|rejected|marked down)"
    r"|(?:is|are) (?:often |easily )?(?:confused with|nowhere|the opposite|gone|a (?:trap|distractor|decoy"
    r"|different|side effect|by-product)|the means)"
    r"|(?:does|do|will|would)(?: not|n't) (?:help|count|matter|do|carry|save|suffice|be|score)"
    r"|falls? (?:short|flat|away|behind|off)"
    r"|will not do|is beside|drops? out|comes? (?:close|second)|takes? second|can (?:wait|be crossed)"
    r"|in passing|at best|at most|on paper"
    r"|in name only|supposedly|alone|only (?:if|when)|too fast|second\b|(?:or )?so it seems)"
    r"|^\W*(?:no|nope|hardly|not quite)\b|^\s*(?:!=|≠)|^\W*(?:\w+ )?(?:question|story),? but\b",
    re.IGNORECASE,
)
_NOT_WANTED = re.compile(
    r"^\W*(?:(?:stor(?:y|ies)|alone|itself|here|of an? \w+) )?(?:is|are)(?: not|n't) (?:\w+ )?(?:what|enough"
    r"|it\b|the|asked|meant|at stake|being"
    r"|under|in play|wanted|tested|scored|probed)",
    re.IGNORECASE,
)
# ... and before them.
_MISLED = re.compile(
    r"\b(?:nothing to do with|only shows?|shows? only|merely shows?|(?:look|looks|sound|sounds|seem|seems"
    r"|feels) (?:\w+ )?(?:like|to be about|about)"
    r"|(?:many|most|some|people|candidates|you|beginners|learners) (?:\w+ )?(?:believe|believes|think|assume"
    r"|suppose|expect|guess|take it"
    r"|mistake|confuse|pick|tick|argue)|confus\w+|mistak(?:e|es|en|ing) (?:\w+ )?(?:for|as)|tempting|tempted"
    r"|disguised as|beware of"
    r"|steer clear of|keep out|far from|anything but"
    r"|no (?:place|room) for|(?:do not|don't) (?:tell|turn)|at first (?:glance|sight)|(?:might|may|could"
    r"|would) (?:have )?(?:be|been|look|seem|sound|call)"
    r"|if (?:it|this) (?:were|was)|contrast to|opposed to|opposite of|no (?:sign|trace) of|was once"
    r"|used to be|far less|the (?:bait|trap|decoy)"
    r"|sold as|pos(?:es|ing) as|pretends?|(?:previous|next|last) (?:question|page|chapter)|last year's"
    r"|first (?:impulse|guess|reflex)"
    r"|(?:popular|obvious|lazy|wrong) answer|(?:little|nothing|much) speaks (?:for|against)|those who (?:pick"
    r"|choose|think of)|whoever|in vain)\b"
    r"(?:\W+[\w']+){0,5}\W*$"
    r"|\b(?:avoid\w*|leave out|instead of|apart from|aside from|except|less (?:about|of|a)|less|too much"
    r"|supposedly|seemingly|neither|no longer"
    r"|hardly|scarcely|so-called|cross|strike|rules? out|excludes?|violates?|contradicts?|resist|borders on"
    r"|close to|short of|there is no"
    r"|nobody shows|not yet|over|before)\b(?:\W+(?:a|an|the|off))?\W*$",
    re.IGNORECASE,
)
_BUT = re.compile(r",? (?:but|whereas|while|yet|however)\b|;| and everything (?:with|to do)")
_TURN = re.compile(
    r",? (?:but|whereas|while|yet|however)\b| in (?:truth|fact|reality)\b|;| and everything (?:with|to do)|: "
)
_CONDITION = re.compile(r"\W*(?:if|until|unless)\b")
_STATEMENT_END = re.compile(r"(?<=[.;!?])\s")
_SENTENCE_END = re.compile(r"[.!?]\s")


def is_negated(before: str) -> bool:
    """Whether the clause before a name turns it down (`not`, `rather than`, `unlike`)."""
    return bool(_TURNED_DOWN.search(_CLAUSE_END.split(before)[-1]))


def is_turned_down(before: str, behind: str) -> bool:
    """Whether a text rejects a name or only compares it.

    `before` is the text in front of the name, `behind` what follows up to the next name.
    """
    sentence = _SENTENCE_END.split(before)[-1]
    lead, behind = _BUT.split(sentence)[-1].lower(), _STATEMENT_END.split(behind)[0].lower()
    return bool(
        is_negated(sentence)
        or _MISLED.search(_TURN.split(sentence)[-1])
        or is_rejected(lead, behind)
        or is_spoiled(sentence.lower().rstrip(" :"))
        or _MISSED.search(behind)
        or _NOT_WANTED.search(behind)
        or (is_doubted("", behind) and not _CONDITION.match(behind))
    )


def outcome(before: str, *, is_bar: bool) -> bool | None:
    """Whether a bar is said to be reached or a hire to be made (True), or missed and refused (False); None: neither."""
    clause = _SENTENCE_OR_TURN.split(before)[-1]
    denied = bool(_DENIAL.search(clause))
    if _FAILURE.search(clause):
        return denied and not _NEAR_FAILURE.search(clause)
    if _SUCCESS.search(clause):
        return not denied
    return False if is_bar and denied else None
