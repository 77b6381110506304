"""Language that names a phrase without claiming it: rejections, doubts, hypotheses; and language that does claim it.

Every text is in lower case with straight quotes. Nobody can list all the ways to turn something down, so a mention
decides only where the words around it affirm it; the tables of rejections tell what is ruled out beyond doubt.
"""

from __future__ import annotations

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


_BE = r"(?:is|are|was|were|would be|will be|stays?|remains?|comes?|may be|might be)"
_GAP = r"(?:[\w'-]+ ){0,3}"
_LESSER = (
    r"(?:second(?:-best|-rate)?|third|runners?-?up|also-ran|near miss|next best|distractors?|decoy|traps?|bait|lure"
    r"|red herring|by-?products?|symptoms?|afterthought|backdrop|backgrounds?|detours?|side ?shows?|sub-?plot"
    r"|footnote|"
    r"secondary|minor|weaker|lesser|peripheral|incidental|marginal|negligible|trivial|cosmetic|subordinate|excluded"
    r"|forgivable|excusable|repairable|mendable|fixable|eliminated|rejected|ruled out|discarded|dismissed|struck"
    r"|crossed out|overruled|outweighed|trumped|off the table|off the mark|out of (?:play|the question|place))"
)

# What is said behind a phrase that is not the answer ...
_REJECTED_BEHIND = _any(
    rf"^\W*{_BE} {_GAP}{_LESSER}\b(?! (?:to none|thoughts?|nature))",
    r"^\W*(?:(?:is|are|was|were|falls?|drops?|goes|is left|would be) )?(?:out|away|off)\s*[.,;:)]?\s*(?:$"
    r"|because|since|as\b)",
    r"^\W*(?:(?:drops?|falls?|bows?|is left|is sorted|is weeded) (?:out|away|off|behind))\b",
    r"^\s*(?:is|are|was|[:=–-]|--)\s*(?:no|nope|never|wrong|out|not|rejected|ruled out|minor|secondary)\W*$",
    r"^\W*(?:fits?|covers?|explains?|describes?|match(?:es)?|touch(?:es)?|catch(?:es)?|accounts? for"
    r"|concerns?|is about"
    r"|applies to|belongs to) (?:(?:only|just|merely|at (?:most|best)|half|part of|one half)\b|the (?:last"
    r"|first|second"
    r"|smaller|lesser|other) (?:half|part|clause|word|bit)|(?:another|a different|other|any|every|each) )",
    r"^\W*only (?:fits|covers|explains|describes|matches|touches|applies|accounts|comes in|appears)\b",
    r"^\W*(?:is|are|was|were) (?:\w+ )?(?:implied|assumed|present|found|contained|true|part|needed) (?:in|of|for) "
    r"(?:every|any|all|each|most|many)\b",
    r"\bplays? (?:no|little|a (?:minor|small|lesser|side)) (?:part|role)\b|\bha(?:s|ve|d) (?:no|little) (?:part|place"
    r"|role|bearing|say)\b",
    r"^\W*(?:costs|weighs|counts|matters) (?:less|little)\b|^\W*can be (?:repaired|mended|fixed|forgiven"
    r"|added|excluded"
    r"|eliminated|ruled out|crossed out|set aside|left (?:out|aside)|ignored|dismissed)\b",
    r"^\W*(?:(?:lures?|tempts?|traps?|misleads?|fools?|distracts?)\b|(?:is|are) (?:a|the) (?:lure|bait|decoy)\b)",
    r"^\W*(?:is|are|was) the (?:popular|common|usual|hasty|lazy|reflex|obvious|easy|naive|typical) (?:\w+ )?(?:choice"
    r"|answer|pick|guess|reading|reflex)\b",
    r"^\W*(?:is|are) (?:plausible|understandable|popular|close|near)\b",
    r"^\W*(?:ends?|stops?|pales?|loses?|yields?|gives way|takes? (?:a )?(?:second|back) ?(?:place|seat)?) ?"
    r"(?:here|there|first|to\b|$|before|beside|by comparison)",
    r"^\W*(?:is|are|was|were) (?:at (?:best|most)|only|merely|just|but) (?:a |an |the )?(?:\w+ )?(?:means"
    r"|side|detail|part"
    r"|step|tool|hint|trace|touch|half|setting|background|consequence|result|condition)\b",
    r"^\W*(?:is|are|was|were) too (?:narrow|broad|general|small|weak|wide|vague|little)\b",
    r"\bgets? (?:no|nothing|little) (?:support|evidence|backing)|\bfinds? no (?:support|evidence)\b",
    r"^\W*(?:is|are|was|were) (?:only |merely |just |but )?an? (?:bare |mere )?(?:claim|slogan|platitude|wish"
    r"|opinion)\b",
    r"^\W*(?:is|are|was|were) (?:only |merely |just )?(?:personal|private) (?:habits?|lessons?|matters?|tastes?)\b",
)
# ... and before it.
_REJECTED_BEFORE = _any(
    r"\b(?:secondary|minor|trap|traps|distractors?|decoys?|bait|tempting|incorrect|rejected|eliminated|ruled out"
    r"|excluded|discarded|dismissed|fixable|forgivable|repairable|less (?:important|relevant|weighty)|runners?-?up"
    r"|second(?:-best| best| place| choice)|near miss|red herrings?|false (?:friend|trail|lead)|not the answer"
    r"|peripheral|cosmetic)(?: \w+){0,2}\s*(?:[:=–-]|->)\s*\W*$",
    r"\b(?:ignor(?:e|es|ing)|discard\w*|dismiss\w*|exclud(?:e|es|ing)|eliminat(?:e|es|ing)|reject(?:s|ing)?"
    r"|rul(?:e|es|ing)"
    r" out|strik(?:e|es|ing)(?: out| off)?|cross(?:es|ing)? (?:out|off)|set(?:s|ting)? aside|leav(?:e|es|ing) aside"
    r"|put(?:s|ting)? aside|look(?:s|ing)? past|forget(?:s|ting)?|discount(?:s|ing)?|never mind|so much for"
    r"|forgiv(?:e|es|ing)|no longer|hardly|scarcely|barely|far from(?: being)?|anything but|nothing of"
    r"|(?:no|little) (?:sign|trace|hint|proof|evidence) of|outweigh(?:s|ing)?|trump(?:s|ing)?"
    r"|(?<!both )beat(?:s|ing)?"
    r"|overrid(?:es?|ing)|confus\w+ (?:\w+ )?(?:with|for)|mistak\w+ (?:\w+ )?(?:for|as)|misread\w* (?:\w+ )?as"
    r"|misled by|fooled by|lured by|tempted by|fall(?:s|ing)? for|drift(?:s|ing)? (?:in|to|into|towards?)"
    r"|slip(?:s|ping)? (?:in|to|into)|stray(?:s|ing)? (?:in|to|into)|disguised as|posing as|masquerad\w+ as"
    r"|dressed (?:up )?as|in the guise of|instead of|as opposed to|opposite of|the reverse of)"
    r" (?:a |an |the |mere |simple )*\W*$",
    r"\b(?:some|a (?:bit|little|touch|trace|hint|dash|grain|pinch|spoonful|drop|piece) of|traces of|shades of"
    r"|an element of"
    r"|elements of)\W*$",
    r"\b(?:every|any) (?:good |other |such |single )?(?:story|answer|candidate|example|page|project|job"
    r"|tale)\b[^.;:]*$",
    r"\bif\b.*\b(?:had|hadn't|were|weren't)\b.*$",
    r"(?:^|[,;:.] ?)(?:had|were) (?:the|it|they|you|he|she|i|we|this|that|there|any\w*|some\w*|no\w*|a|an|only)\b.*$",
    r"\bwould have (?:been|shown|needed|meant|made|called)\b.*$",
    r"\b(?:look|looks|looked|sound|sounds|seem|seems|appears|feels|smells|tastes) (?:\w+ )?like\b[^.;]*$",
)
_CLAIM_START = re.compile(
    r"[.;!?(]|\s-{1,2}\s|, (?:but|yet|so|and|which)\b|\bno (?:doubt|question)\b|\bno, |\bother than\b"
    r"|\b(?:but|however|yet|whereas|although|though)\b"
)
_FIRST_PART = re.compile(
    r"[.;!?]|, (?:and|so|since|because|not|rather)\b|\b(?:because|since|rather than|instead of|not)\b| than\b"
)
_ARROW = re.compile(r"^\s*(?:-{1,2}>|→|=>|⇒|⟶|➜|➔)\s*")
_LEADING_GLUE = re.compile(r"^\W*(?:(?:and|or|nor|both|itself|alone|here)\b\W*)*")
# What leaves open whether a phrase is meant: it tells neither for it nor against it.
_DOUBTED_BEFORE = _any(
    r"\b(?:hasty|hurried|careless|quick|inattentive|superficial|weak|weaker|many|most|some|few|several|other"
    r"|untrained"
    r"|novice|unprepared|average|typical|inexperienced|lazy|naive|casual|skimming)(?: \w+){0,2} (?:readers?"
    r"|candidates?"
    r"|people|learners?|students?|listeners?|interviewees?|answers?|applicants?|beginners?|guess\w*|eyes?|takers?"
    r"|minds?|pages?|would|might|may|will)\b[^.;]*$",
    r"\b(?:beginners?|novices?|amateurs?|skimmers?|rookies|newcomers?|many|some|most|people|you|one|readers|others) "
    r"(?:\w+ )?(?:might|may|could|would|will|think|thinks|believe|believes|say|says|assume|assumes|guess"
    r"|suppose|choose"
    r"|chose|pick|picks|picked|take|see|reach|vote|go for|opt|jump|answer|tick|fall)\b[^.;]*$",
    r"\b(?:at first(?: glance| sight| reading)?|on the surface|superficially|supposedly|allegedly|apparently"
    r"|seemingly"
    r"|ostensibly|so-called|in theory|on paper|granted|admittedly|nominally|in disguise|as if|pretend\w*|tempting"
    r"|easy to|sold as|billed as|labell?ed|passes for|in name|the reflex|first (?:guess|thought|reflex"
    r"|impulse|instinct)"
    r"|may appear|might appear|appears to be|seems? to be|said to be)\b[^.;]*$",
    r"\b(?:would|might|could|may|can)(?: (?:also|then|only|well|still|even|perhaps))* (?:be|show|need|make"
    r"|mean|count as"
    r"|point to|become|take|suggest|pass (?:as|for)|fit|stand for)\b[^.;]*$",
    r"\b(?:unless|suppose|imagine|assuming|provided|in case)\b.*$",
    r"\b(?:wrong|avoid|careful|beware(?: of)?|caution|apart from|aside from|besides?|except(?: for)?|despite|resist"
    r"|beyond|worse than|better than|against|as well as|next to|along with|close to|near to?|almost|nearly"
    r"|partly|half|only touches"
    r"|touches(?: on| upon)?|grazes|brushes|hints? at|borders on|settl\w+ (?:on|for)|default\w* to"
    r"|jump\w* (?:to|at|on)"
    r"|guess\w*|perhaps|maybe|possibly|probably not|or even|if anything|let alone)\W*(?:the |an? |on )*\W*$",
    r"(?:!=|≠|<|/=)\s*$",
)
_DOUBTED_BEHIND = _any(
    r"\b(?:one|you|many|some|people|most|readers|others|candidates) (?:would|might|may|could|will) (?:think"
    r"|say|believe"
    r"|guess|assume|suppose|object|expect|hope)\b",
    r"\b(?:or )?so it (?:seems|appears|would)\b|\b(?:it|this) (?:seems|appears)\b|\bat first (?:glance|sight)\b",
    r"^\W*(?:seems?|appears?|looks?|sounds?|feels?)\b",
    r"^\W*(?:might|may|could)\b",
    r"^\W*(?:only |just )?(?:if|unless|provided|had|were|until)\b|\bif (?:\w+ ){1,4}(?:had|were)\b",
    r"^\s*(?:!=|≠|<|/=)",
    r"^\W*(?:,? ?(?:supposedly|allegedly|apparently|in theory|on paper|perhaps|maybe|possibly))\b",
    r"^\W*(?:is|are) (?:only |merely |just )?(?:half|part|one part|almost|nearly|partly|a piece)\b",
)
# What stands before an arrow and makes its conclusion a hypothesis.
_SUPPOSED = _any(
    r"^\W*(?:if|unless|suppose|imagine|assume|had|were|should|in case|provided)\b",
    r"^(?!.*\b(?:no|not|nothing|nobody|none|never|without)\b).*\b(?:would|might)\b",
    r"\b(?:hasty|careless|quick|superficial|lazy|naive|wrong|tempting) (?:\w+ )?(?:reader|reading|candidate"
    r"|reflex|guess|answer"
    r"|glance|look|thought)\b",
    r"\b(?:at first (?:glance|sight)|on the surface|first (?:guess|reflex|thought|impulse|instinct|reading)"
    r"|looks like"
    r"|sounds like|many (?:say|think|pick|choose|candidates|readers)|some (?:say|think|pick|candidates|readers))\b",
)
# What the sentence after it says about the phrases before.
_TAKEN_BACK = _any(
    r"^\W*(?:(?:it (?:is|was|has|does)|and it is) )?(?:neither|none of (?:them|these|those|which)"
    r"|nothing of (?:that|this)) ?"
    r"(?:is|are|was|were|does|do|did|fits?|appl\w+|holds?|shows?|plays?|has|have|stands|appears|matters|counts|$)\b",
    r"^\W*it is neither\b",
    r"^\W*(?:both|they|these|those|all (?:three|four|of (?:them|these))) (?:are|were) (?:\w+ )?(?:secondary"
    r"|minor|fixable|out"
    r"|wrong|rejected|ruled out|distractors|traps|decoys|incidental|side issues)\b",
)
_QUESTIONED = _any(
    r"^\W*(?:but |yet |however,? )?(?:that|this|it|which)(?: \w+){0,2} (?:is|was|would be"
    r"|were) (?:\w+ )?(?:wrong|mistaken"
    r"|false|trap|bait|lure|incorrect|not (?:so|it|enough|true)|too (?:quick|fast|easy|narrow|simple)"
    r"|distractor|decoy)\b",
    r"^\W*(?:there (?:is|was) none|none (?:is|was) (?:told|there|shown|given|made)|nobody does"
    r"|nothing of the kind)\b",
    r"^\W*(?:but )?(?:wrong|no|not so|not quite|not really|nope|think again|look again|look twice|a trap"
    r"|hardly|far from it"
    r"|nonsense|or so it seems|if only|if not|nice try|too (?:quick|easy|fast))\W*(?:$|[.,;:!–-])",
)

_WORDS_AROUND = (
    r"(?:a|an|the|what|you|we|they|he|she|candidate|its?|their|this|that|most|more|very|primarily|mainly"
    r"|clearly|chiefly|above|all|really|simply|first"
    r"|exactly|precisely|plainly|pure|plain|clear|strong|strongly|typical|about|of|to|for|as|amazon's"
    r"|leadership|principle"
    r"|principles|lp|called|case|matter|signal|sign|test|mark|by|definition|core|only|just|best|right|correct"
    r"|answer|is"
    r"|here|always|usually|typically|in|fact|truth|rather|with|on|at|least|around|roughly|between)"
)
_PADDING = rf"(?: {_WORDS_AROUND})*"
_BLANK = re.compile(rf"^\W*(?:{_WORDS_AROUND}\b\W*)*$")
_AFFIRMED_BEFORE = _any(
    r"(?:\b(?:is|are|was|it's|that's|be|means?|shows?|shown|demonstrates?|demonstrated|signals?|proves?"
    r"|reflects?|indicates?"
    r"|reveals?|makes? (?:it|this|that|the story)|points? (?:to|at|towards)|calls? for|speaks? (?:for|of)"
    r"|stands? for|fits?"
    r"|matches|names?|spells?|equals?|gives?|expresses|embodies|illustrates?|answer|principle|hence|thus"
    r"|therefore|so|leaves?"
    r"|leaving|remains?|namely|brings?|choose|pick|takes?|says?|tells?|becomes?|chooses|prepare|use|stays?"
    r"|i\.e\.|supports?"
    r"|exemplifies|evidences?|asks? for|scores?|writes? (?:it )?down(?: as| under)?|files? (?:it )?under"
    r"|belongs? (?:to|under)"
    r"|comes? (?:from|down to)|needs?|lies? in|but|than|than about|than of|(?:begin|start|open|lead)s? with)"
    r"|[:=]|^\W*as)" + _PADDING + r"[\s\"'(]*$"
)
# What may stand behind a claimed phrase ...
_CLEAN_BEHIND = _any(
    r"^\W*$",
    r"^\W*(?:here|it is|then|first|above all|first of all|in (?:its|the) (?:\w+ ?){1,3}|at (?:scale|work)"
    r"|itself)\W*$",
    r"^\s*(?:[,(:–]|-{1,2}(?!>)|[.;]|rather than|instead of|not\b|and not|because|since|as (?!much|well|if"
    r"|long)|over\b|than\b)",
    r"^\W*that (?:the|this|it|they|is|counts)\b",
    r"^\W*(?:beats|outweighs|trumps|wins over|comes before) \W*$",
    r"^\W*(?:(?:principle|lp|signal) )?(?:asks|stands|calls|looks) for\W*$",
    r"^\W*(?:\w+ ){0,2}(?:signal|signals|principle|lp|answer|test|story|case)\W*$",
)
_ENDS = (
    r"\W*(?:$|[,.;:(–-]|because\b|since\b|as (?!much|well|if|long)|here\b|of (?:the|this|that|it)\b|and\b"
    r"|for (?:it|this)\b|in (?:it|this)\b)"
)
# ... and what claims one that begins a sentence.
_AFFIRMED_BEHIND = _any(
    r"^\W*(?:is|are|was) (?:\w+ )?(?:the (?:\w+ )?(?:answer|principle|core|main|primary|best|right|correct"
    r"|signal|point|key"
    r"|heart|strongest|only one(?: left)?|one|essence|theme|lp|fit|clearest|main one|signal here)|clear|meant|best"
    r"|right|correct"
    r"|strongest|central|primary|shown|demonstrated|at stake|it|left|told|named)" + _ENDS,
    r"^\W*(?:is|are|was) what (?:the (?:story|answer|interviewer|panel|candidate|sentence|line|probes?)|this"
    r"|they|counts|matters"
    r"|remains|is (?:left|meant|shown|told|asked|wanted|scored))\b",
    r"^\W*(?:wins|fits|applies|leads|comes first|stands out|remains|is left|it is|holds|is that principle)" + _ENDS,
    r"^\W*(?:\w+ ){0,2}(?:signal|signals|principle|lp|answer|test|story|case)\W*$",
)
# Words that spoil a claim: who denies something before a phrase, or speaks of other people, stories and readings.
_DENIED_LEAD = re.compile(
    r"\b(?:no|nobody|none|nothing|nowhere|never|neither|little|few|rarely|seldom|hardly|scarcely|barely"
    r"|without|less|only if"
    r"|only a|only an|only the|not even|no-one|no one|against|takes|anything|everything)\b"
)
_SPOILED = re.compile(
    r"\b(?:bait|traps?|decoy|lure|distractors?|tempting|popular|wrong\w*|mistaken\w*|errors?|misread\w*"
    r"|misleading|previous|earlier"
    r"|last year's|next question|neighbou?ring|another|resist|urge|at best|at most|in passing|on paper"
    r"|in name|any story"
    r"|upside down|gets in the way|if|unless|only when|would|might|could|secondary|minor|runner-?up|squint"
    r"|hasty|naive|lazy"
    r"|guess|reflex|so-called|supposedly|pretend\w*|to a (?:lesser|certain) degree|partly|somewhat|in vain"
    r"|anything but"
    r"|(?:many|most|some|few) (?:\w+ )?(?:give|write|say|pick|choose|tick|learners|readers|candidates|people)"
    r"|(?:other|different) (?:example|story|stories|case|question|page))\b"
)
# Other people as the subject of a claim.
_OTHERS = re.compile(
    r"^\W*(?:\w+ ){0,2}(?:others|most|many|some|learners?|readers?|beginners?|novices?|critics?|skeptics?"
    r"|sceptics?|those who|who"
    r"|whoever|anyone|everyone|someone|somebody)\b"
)
# Labels and premises of what is not meant.
_SPOILED_PREMISE = re.compile(
    r"^\W*(?:\w+ ){0,2}(?:readers?|readings?|guess(?:es)?|turns?|errors?|glance|reflex|impulse|also|too|later"
    r"|second|third|out|point"
    r"|trap|bait|decoy|answers? to avoid|wrong answers?|mistake|secondary|aside|besides|in passing|next"
    r"|elsewhere|other stories)\W*$"
)
_TAKES_BACK = re.compile(
    r"^[^.;]*\b(?:but|yet|though|although|however)\b[^.;]*(?:\b(?:not|no|never|only|less|hardly)\b|n't\b)"
    r"|^\W*(?:no|nope|wrong|out|never)\b"
)


# How far, in characters, words around a phrase speak about it.
_REACH = 240


def is_rejected(before: str, after: str) -> bool:
    """Whether the words before a phrase or behind it, within its sentence, rule it out."""
    before, after = before[-_REACH:], after[:_REACH]
    return bool(_REJECTED_BEHIND.search(_LEADING_GLUE.sub("", after)) or _REJECTED_BEFORE.search(before))


def is_doubted(before: str, after: str) -> bool:
    """Whether the words around a phrase leave open that it is meant: a guess of others, a hypothesis, a hedge."""
    before, after = before[-_REACH:], after[:_REACH]
    return bool(_DOUBTED_BEFORE.search(before) or _DOUBTED_BEHIND.search(after))


def is_supposed(premise: str) -> bool:
    """Whether what stands before an arrow makes a hypothesis of what stands behind it."""
    premise = premise[-_REACH:]
    return bool(_SUPPOSED.search(premise) or _REJECTED_BEFORE.search(f"{premise.rstrip()}:"))


def is_taken_back(following: str) -> bool:
    """Whether the sentence that follows rejects what was named right before."""
    return bool(_TAKEN_BACK.search(following[:_REACH]))


def is_questioned(following: str) -> bool:
    """Whether the sentence that follows casts doubt on what was named right before."""
    return bool(_QUESTIONED.search(following[:_REACH]))


def is_affirmed(before: str, after: str) -> bool:
    """Whether the words around a phrase claim it, rather than only name it."""
    before, after = before[-_REACH:], after[:_REACH]
    lead = _CLAIM_START.split(before)[-1]
    after = _ARROW.sub(" is ", after)
    spoiled = _SPOILED.search(before) or _OTHERS.search(lead) or _SPOILED.search(_FIRST_PART.split(after)[0])
    if spoiled or _DENIED_LEAD.search(lead) or _TAKES_BACK.search(after) or is_spoiled(_label(before)):
        return False
    if _BLANK.search(before):
        return bool(_CLEAN_BEHIND.search(after) or _AFFIRMED_BEHIND.search(after))
    return bool((_AFFIRMED_BEFORE.search(before) and _CLEAN_BEHIND.search(after)) or _AFFIRMED_BEHIND.search(after))


def is_spoiled(text: str) -> bool:
    """Whether a premise or a label speaks of traps, of other people or of other readings."""
    return bool(_SPOILED_PREMISE.search(text[-_REACH:]))


def _label(before: str) -> str:
    """What stands before a colon in front of a phrase."""
    label, colon, rest = before.rpartition(":")
    return label if colon and not rest.strip() else ""
