"""The rules by which a page meets a deck, as one table: what was there, what happened, what must come of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.deck.breakdown import break_down
from lpdeck.deck.identity import ids
from lpdeck.deck.merging import Change, MergePlan, apply, plan_merge
from lpdeck.deck.model import KINDS, Candidate, Card, Deck, PageRecord
from lpdeck.deck.toml import read_deck, rewrite_deck
from lpdeck.walkthrough import FollowUp, Level, QuizItem, Stage, Walkthrough, WeakAnswer

EVERYTHING = frozenset(section for kind in KINDS.values() for section in kind.sections)
PAGE = "star-walkthrough:the orphaned job"
OTHER_PAGE = "star-walkthrough:the lost parcel"


def offer(kind: str, page: str = PAGE, why_draft: str | None = None, **fields: Any) -> Candidate:
    return Candidate(kind, fields, page, (), why_draft)


def changed(candidate: Candidate, **fields: Any) -> Candidate:
    return replace(candidate, fields={**candidate.fields, **fields})


OFFERS: Mapping[str, Candidate] = {
    "why": offer(
        "follow-up",
        question="Why did you not hand the job to another team?",
        strong="I looked for one for a week, and both managers said in writing that it was not theirs.",
    ),
    "how": offer(
        "follow-up",
        question="How did you know that the repair was the cause of the drop?",
        strong="The rows below the limit were my comparison, and nothing had changed for them.",
    ),
    "cost": offer("follow-up", question="What did it cost you?", strong="A week of my own release."),
    "phrase": offer("disqualifier", phrase="We fixed it together", why="It hides who did the work."),
    "quiz": offer(
        "quiz",
        question="Which sentence shows ownership?",
        options=["I held the pager until a team signed", "We wrote a runbook"],
        answer="I held the pager until a team signed",
        explanation="The duty is never without a pair of hands.",
    ),
    "unsure": offer("quiz", why_draft="no sure answer", question="Which one is weaker?", options=["This", "That"]),
    "action": offer("stage", stage="action", example="I replayed one night on a copy.", signals=["I replayed"]),
}


def page(*left_out: str, **other: Candidate) -> dict[str, Candidate]:
    """The page's offers by name, some left out, some changed or added."""
    return {name: one for name, one in {**OFFERS, **other}.items() if name not in left_out}


@dataclass
class Desk:
    """A deck file in the middle of a row: its text, and the ids its cards got, by the names of their offers."""

    name: str
    text: str
    ids: dict[str, str]
    elsewhere: frozenset[str] = frozenset()

    @property
    def deck(self) -> Deck:
        found = read_deck(self.text, Path(f"{self.name}.toml"))
        assert () == tuple(problem for problem in found.problems if not problem.warning)
        return found.deck

    def card(self, name: str) -> Card:
        return next(card for card in self.deck.cards if card.id == self.ids[name])

    def write(self, deck: Deck) -> None:
        self.text = rewrite_deck(self.text, deck)

    def plan(self, offers: Mapping[str, Candidate], key: str, whole: Collection[str], update: bool) -> MergePlan:
        deck = self.deck if self.text else Deck(self.name, "The orphaned job")
        taken = {card.id for card in deck.cards} | self.elsewhere
        record = PageRecord(key, "page.txt", "2026-03-01")
        return plan_merge(deck, [*offers.values()], record, ("ownership",), whole=whole, taken=taken, update=update)


Action = Callable[[Desk], None]


def imports(
    offers: Mapping[str, Candidate] | None = None,
    *,
    key: str = PAGE,
    whole: Collection[str] = EVERYTHING,
    update: bool = False,
    keeping: bool = False,
    changes: Mapping[str, Change] | None = None,
    retired: Collection[str] = (),
    conflict: Collection[str] = (),
    draft: Collection[str] = ("unsure",),
    dropped: Collection[str] = (),
    says: Mapping[str, Mapping[str, Any]] | None = None,
    many: bool = False,
    untouched: bool = False,
) -> Action:
    """Imports a page; what is not named in `changes` must be kept, every known name must keep its id."""
    offered = {name: replace(one, page=key) for name, one in (page() if offers is None else offers).items()}

    def action(desk: Desk) -> None:
        before = desk.text
        plan = desk.plan(offered, key, whole, update)
        assert many == plan.retires_many
        if keeping:
            plan = plan.without_retiring()
        met = [name for name, one in offered.items() if one not in plan.dropped]
        names = dict(zip((step.after.id for step in plan.steps), met, strict=False))
        assert {name: desk.ids[name] for name in met if name in desk.ids} == {
            name: id_ for id_, name in names.items() if name in desk.ids
        }
        names |= {id_: name for name, id_ in desk.ids.items() if id_ not in names}
        told = {names[step.after.id]: step.change for step in plan.steps}
        assert dict(changes or {}) == {name: what for name, what in told.items() if what is not Change.KEPT}
        assert set(dropped) == {name for name, one in offered.items() if one in plan.dropped}
        desk.ids |= {name: id_ for id_, name in names.items()}
        desk.write(apply(plan))
        flagged = {
            mark: {names[card.id] for card in desk.deck.cards if card.id in names and getattr(card, mark)}
            for mark in ("retired", "conflict", "draft")
        }
        assert {"retired": set(retired), "conflict": set(conflict), "draft": set(draft)} == flagged
        for name, fields in (says or {}).items():
            assert dict(fields) == {field: desk.card(name).fields.get(field) for field in fields}
        if untouched:
            assert before == desk.text

    return action


def learner(name: str, **fields: Any) -> Action:
    """The learner changes a card in the editor: its fields, or what stands beside them."""

    def action(desk: Desk) -> None:
        card = desk.card(name)
        beside = {key: fields.pop(key) for key in ("note", "draft", "tags", "retired") if key in fields}
        desk.write(desk.deck.with_card(replace(card, fields={**card.fields, **fields}, **beside)))

    return action


def deletes(name: str) -> Action:
    return lambda desk: desk.write(desk.deck.without_card(desk.ids[name]))


def cuts_out(name: str) -> Action:
    """The card is taken out of the file in an editor, which nobody writes down."""

    def action(desk: Desk) -> None:
        deck = desk.deck
        desk.write(replace(deck, cards=tuple(card for card in deck.cards if card.id != desk.ids[name])))

    return action


def renames_file(name: str) -> Action:
    def action(desk: Desk) -> None:
        desk.name = name

    return action


def deletes_file(desk: Desk) -> None:
    desk.text = ""


def writes_by_hand(id_: str, kind: str, **fields: Any) -> Action:
    return lambda desk: desk.write(desk.deck.with_card(Card(id_, kind, fields)))


def has_dropped_elsewhere(number: int, name: str) -> Action:
    """Another deck dropped the first `number` ids that a card would get here."""

    def action(desk: Desk) -> None:
        one = OFFERS[name]
        tried = ids(desk.name, one.kind, one.fields, one.page)
        desk.elsewhere = frozenset(next(tried) for _ in range(number))

    return action


@dataclass(frozen=True)
class Row:
    name: str
    actions: tuple[Action, ...]


ADDED = dict.fromkeys(OFFERS, Change.ADDED)
FIRST = imports(changes=ADDED)

WHY_FIXED = changed(OFFERS["why"], question="Why did you not hand the job on to another team?")
HOW_FIXED = changed(OFFERS["how"], strong="The rows below the limit were my comparison: nothing had changed there.")
HOW_REWRITTEN = changed(OFFERS["how"], strong="A colleague checked it on a second copy.")
MINE = {"strong": "Nobody in either team had ever opened it."}

ROWS = (
    Row("the same page again changes nothing", (FIRST, imports(untouched=True))),
    Row("the same page again with update changes nothing", (FIRST, imports(update=True, untouched=True))),
    Row(
        "a word mended in a question keeps the card",
        (
            FIRST,
            imports(page(why=WHY_FIXED), changes={"why": Change.UPDATED}, says={"why": WHY_FIXED.fields}),
            imports(page(why=WHY_FIXED), untouched=True),
        ),
    ),
    Row(
        "a mended answer keeps the card",
        (FIRST, imports(page(how=HOW_FIXED), changes={"how": Change.UPDATED}, says={"how": HOW_FIXED.fields})),
    ),
    Row(
        "a rewritten answer to the same question keeps the card",
        (FIRST, imports(page(how=HOW_REWRITTEN), changes={"how": Change.UPDATED})),
    ),
    Row(
        "letters, quotes and blanks of a question do not make another card",
        (
            FIRST,
            imports(
                page(cost=changed(OFFERS["cost"], question="what did  it cost you")),
                changes={"cost": Change.UPDATED},
            ),
        ),
    ),
    Row(
        "a question asked anew with another answer is another card, and the old one is gone",
        (
            FIRST,
            imports(
                page("cost", price=offer("follow-up", question="Who paid for the week?", strong="My manager agreed.")),
                changes={"price": Change.ADDED, "cost": Change.RETIRED},
                retired=["cost"],
            ),
        ),
    ),
    Row(
        "a like question with quite another answer is another card",
        (
            FIRST,
            imports(
                page("why", why_anew=changed(WHY_FIXED, strong="Because it paid.")),
                changes={"why_anew": Change.ADDED, "why": Change.RETIRED},
                retired=["why"],
            ),
        ),
    ),
    Row(
        "a page cut in the middle retires nothing",
        (FIRST, imports(page("cost", "quiz", "action"), whole={"follow_ups"} - {"follow_ups"})),
    ),
    Row(
        "a cut section keeps its cards while a whole one gives them up",
        (
            FIRST,
            imports(page("cost", "quiz"), whole={"follow_ups"}, changes={"cost": Change.RETIRED}, retired=["cost"]),
        ),
    ),
    Row(
        "a phrase may stand in two sections, so both must be whole before it is gone",
        (
            FIRST,
            imports(page("phrase"), whole=EVERYTHING - {"stages"}),
            imports(page("phrase"), whole=EVERYTHING - {"weak_answer"}),
            imports(page("phrase"), changes={"phrase": Change.RETIRED}, retired=["phrase"]),
        ),
    ),
    Row(
        "a learner's answer stays when the page comes again, even with update",
        (
            FIRST,
            learner("why", **MINE),
            imports(says={"why": MINE}, untouched=True),
            imports(update=True, says={"why": MINE}, untouched=True),
        ),
    ),
    Row(
        "a learner's question stays",
        (FIRST, learner("why", question="Whose job was it?"), imports(says={"why": {"question": "Whose job was it?"}})),
    ),
    Row(
        "a learner's question stays and the page's change of the same card is told",
        (
            FIRST,
            learner("how", question="And how can you be sure?"),
            imports(page(how=HOW_FIXED), changes={"how": Change.CONFLICT}, conflict=["how"]),
        ),
    ),
    Row(
        "notes, tags and flags of the learner are no change of the card",
        (
            FIRST,
            learner("how", note="Say it slowly.", tags=("monday",)),
            imports(page(how=HOW_FIXED), changes={"how": Change.UPDATED}, says={"how": HOW_FIXED.fields}),
        ),
    ),
    Row(
        "page and learner both change a card: told once, then quiet",
        (
            FIRST,
            learner("how", **MINE),
            imports(page(how=HOW_FIXED), changes={"how": Change.CONFLICT}, conflict=["how"], says={"how": MINE}),
            imports(page(how=HOW_FIXED), conflict=["how"], says={"how": MINE}, untouched=True),
        ),
    ),
    Row(
        "a conflict is told again when the page changes again",
        (
            FIRST,
            learner("how", **MINE),
            imports(page(how=HOW_FIXED), changes={"how": Change.CONFLICT}, conflict=["how"]),
            imports(page(how=HOW_REWRITTEN), changes={"how": Change.CONFLICT}, conflict=["how"], says={"how": MINE}),
        ),
    ),
    Row(
        "update takes the page's words at once",
        (
            FIRST,
            learner("how", **MINE),
            imports(page(how=HOW_FIXED), update=True, changes={"how": Change.UPDATED}, says={"how": HOW_FIXED.fields}),
            imports(page(how=HOW_FIXED), untouched=True),
        ),
    ),
    Row(
        "update takes the page's words also later",
        (
            FIRST,
            learner("how", **MINE),
            imports(page(how=HOW_FIXED), changes={"how": Change.CONFLICT}, conflict=["how"]),
            imports(page(how=HOW_FIXED), conflict=["how"], untouched=True),
            imports(page(how=HOW_FIXED), update=True, changes={"how": Change.UPDATED}, says={"how": HOW_FIXED.fields}),
            imports(page(how=HOW_FIXED), untouched=True),
        ),
    ),
    Row(
        "a learner who writes the page's words ends the conflict",
        (
            FIRST,
            learner("how", **MINE),
            imports(page(how=HOW_FIXED), changes={"how": Change.CONFLICT}, conflict=["how"]),
            learner("how", strong=HOW_FIXED.fields["strong"]),
            imports(page(how=HOW_FIXED)),
            imports(page(how=HOW_FIXED), untouched=True),
        ),
    ),
    Row(
        "a learner who wrote the page's new words first meets no conflict",
        (FIRST, learner("how", strong=HOW_FIXED.fields["strong"]), imports(page(how=HOW_FIXED))),
    ),
    Row(
        "a card taken back to the page's words follows the page again",
        (
            FIRST,
            learner("how", **MINE),
            learner("how", strong=OFFERS["how"].fields["strong"]),
            imports(page(how=HOW_FIXED), changes={"how": Change.UPDATED}),
        ),
    ),
    Row("a renamed deck keeps its ids", (FIRST, renames_file("nightly"), imports(untouched=True))),
    Row("a deck deleted and imported again has the same ids", (FIRST, deletes_file, FIRST)),
    Row(
        "a deleted card never comes back",
        (
            FIRST,
            deletes("how"),
            imports(dropped=["how"], untouched=True),
            imports(dropped=["how"], update=True, untouched=True),
        ),
    ),
    Row(
        "a deleted card does not come back when its answer changes",
        (FIRST, deletes("how"), imports(page(how=HOW_REWRITTEN), dropped=["how"], untouched=True)),
    ),
    Row(
        "a card cut out in an editor comes back under its id",
        (FIRST, cuts_out("how"), imports(changes={"how": Change.ADDED})),
    ),
    Row(
        "a card gone from a whole section retires, stays in the file, and comes back",
        (
            FIRST,
            imports(page("how"), changes={"how": Change.RETIRED}, retired=["how"], says={"how": OFFERS["how"].fields}),
            imports(page("how"), retired=["how"], untouched=True),
            imports(changes={"how": Change.REVIVED}),
            imports(untouched=True),
        ),
    ),
    Row(
        "a card that comes back with new words is revived with them",
        (
            FIRST,
            imports(page("how"), changes={"how": Change.RETIRED}, retired=["how"]),
            imports(page(how=HOW_FIXED), changes={"how": Change.REVIVED}, says={"how": HOW_FIXED.fields}),
        ),
    ),
    Row(
        "a changed card that is gone retires and comes back with the learner's words",
        (
            FIRST,
            learner("how", **MINE),
            imports(page("how"), changes={"how": Change.RETIRED}, retired=["how"]),
            imports(changes={"how": Change.REVIVED}, says={"how": MINE}),
        ),
    ),
    Row(
        "a fifth of a deck or less retires without asking, more asks",
        (
            FIRST,
            imports(
                page("how", "cost"),
                many=True,
                changes={"how": Change.RETIRED, "cost": Change.RETIRED},
                retired=["how", "cost"],
            ),
        ),
    ),
    Row(
        "where nobody agrees every missing card is kept",
        (FIRST, imports(page("how", "cost"), many=True, keeping=True, untouched=True)),
    ),
    Row(
        "where nobody agrees the rest of the page is taken nevertheless",
        (
            FIRST,
            imports(page("cost", "quiz", how=HOW_FIXED), many=True, keeping=True, changes={"how": Change.UPDATED}),
        ),
    ),
    Row(
        "two pages of a deck that give one question share a card, and the first gives its words",
        (
            FIRST,
            imports({"how": HOW_REWRITTEN}, key=OTHER_PAGE, says={"how": OFFERS["how"].fields}),
            imports({"how": HOW_REWRITTEN}, key=OTHER_PAGE, untouched=True),
            imports(untouched=True),
            imports(page("how"), says={"how": OFFERS["how"].fields}, untouched=True),
        ),
    ),
    Row(
        "a retired card that another page gives is revived",
        (
            FIRST,
            imports(page("how"), changes={"how": Change.RETIRED}, retired=["how"]),
            imports({"how": OFFERS["how"]}, key=OTHER_PAGE, changes={"how": Change.REVIVED}),
            imports({"how": OFFERS["how"]}, key=OTHER_PAGE, untouched=True),
        ),
    ),
    Row(
        "the same stage of two pages is two cards",
        (
            FIRST,
            imports(
                {"other": changed(OFFERS["action"], example="I rang the driver.")},
                key=OTHER_PAGE,
                changes={"other": Change.ADDED},
            ),
        ),
    ),
    Row(
        "handwritten cards are left alone",
        (
            FIRST,
            writes_by_hand("mine/1", "basic", front="What is the bar?", back="High."),
            imports(page("how"), changes={"how": Change.RETIRED}, retired=["how"]),
        ),
    ),
    Row(
        "a handwritten card with the page's question stays the only one and keeps its words",
        (
            writes_by_hand("mine/1", "follow-up", question="What did it cost you?", strong="Sleep."),
            imports({"cost": OFFERS["cost"]}, draft=[]),
            imports(
                {"cost": OFFERS["cost"]}, draft=[], update=True, untouched=True, says={"cost": {"strong": "Sleep."}}
            ),
        ),
    ),
    Row(
        "a draft that the learner completed stays complete",
        (
            FIRST,
            learner("unsure", answer="That", draft=False),
            imports(draft=[], says={"unsure": {"answer": "That"}}, untouched=True),
        ),
    ),
    Row(
        "a draft follows the page that became sure",
        (
            FIRST,
            imports(
                page(unsure=replace(changed(OFFERS["unsure"], answer="This"), why_draft=None)),
                changes={"unsure": Change.UPDATED},
                draft=[],
            ),
        ),
    ),
    Row(
        "a card that the learner set aside stays so when the page changes",
        (
            FIRST,
            learner("how", draft=True),
            imports(page(how=HOW_FIXED), changes={"how": Change.UPDATED}, draft=["unsure", "how"]),
        ),
    ),
    Row(
        "ids that another deck dropped are not used, and the next in the chain stays for ever",
        (has_dropped_elsewhere(3, "how"), FIRST, imports(untouched=True)),
    ),
    Row(
        "a card deleted after a collision stays deleted",
        (has_dropped_elsewhere(3, "how"), FIRST, deletes("how"), imports(dropped=["how"], untouched=True)),
    ),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_page_meets_a_deck(row: Row) -> None:
    desk = Desk("orphaned-job", "", {})
    for action in row.actions:
        action(desk)


def test_two_computers_that_import_the_same_page_give_the_same_ids() -> None:
    here, there = Desk("orphaned-job", "", {}), Desk("orphaned-job", "", {}, frozenset({"another/quiz-aaaaaa"}))
    FIRST(here)
    imports(dict(reversed(page().items())), changes=ADDED)(there)
    assert here.ids == there.ids


def test_an_id_in_use_elsewhere_sends_the_card_down_the_chain() -> None:
    one = OFFERS["how"]
    tried = ids("orphaned-job", one.kind, one.fields, one.page)
    first, second, third = (next(tried) for _ in range(3))
    desk = Desk("orphaned-job", "", {}, frozenset({first, second}))
    FIRST(desk)
    assert third == desk.ids["how"]


def test_exactly_a_fifth_is_not_many() -> None:
    offers = {str(n): offer("quiz", question=f"Number {n}?", explanation=f"{n * 'so '}") for n in range(1, 6)}
    desk = Desk("five", "", {})
    imports(offers, changes=dict.fromkeys(offers, Change.ADDED), draft=[])(desk)
    del offers["3"]
    imports(offers, changes={"3": Change.RETIRED}, retired=["3"], draft=[], many=False)(desk)


def test_a_level_known_by_its_length_alone_is_not_retired_by_a_cut_page() -> None:
    offers = page(senior=offer("level", level="Senior SDE", length="Three minutes."))
    desk = Desk("orphaned-job", "", {})
    imports(offers, changes=dict.fromkeys(offers, Change.ADDED))(desk)
    imports(whole=EVERYTHING - {"levels", "reflections"})(desk)
    imports(changes={"senior": Change.RETIRED}, retired=["senior"])(desk)


def test_a_plan_says_why_in_a_few_words() -> None:
    desk = Desk("orphaned-job", "", {})
    FIRST(desk)
    learner("why", **MINE)(desk)
    plan = desk.plan(page("cost", "quiz"), PAGE, {"follow_ups"}, False)
    whys = {step.after.id: step.why for step in plan.steps}
    assert "changed by you" == whys[desk.ids["why"]]
    assert "no longer on the page" == whys[desk.ids["cost"]]
    assert "its part of the page was not read whole" == whys[desk.ids["quiz"]]


def test_a_plan_names_drafts_with_what_they_lack() -> None:
    plan = Desk("orphaned-job", "", {}).plan(page(), PAGE, EVERYTHING, False)
    assert [("Which one is weaker?", "no sure answer")] == [(card.fields["question"], why) for card, why in plan.drafts]


def test_a_new_deck_remembers_its_page_and_its_principle_once() -> None:
    desk = Desk("orphaned-job", "", {})
    FIRST(desk)
    imports(page(how=HOW_FIXED), changes={"how": Change.UPDATED})(desk)
    assert (PageRecord(PAGE, "page.txt", "2026-03-01"),) == desk.deck.pages
    assert ("ownership",) == desk.deck.principles


# Order decides nothing


QUESTIONS = tuple(OFFERS[name].fields["question"] for name in ("why", "how", "cost"))
ANSWERS = tuple(OFFERS[name].fields["strong"] for name in ("why", "how", "cost"))


def like(text: str) -> st.SearchStrategy[str]:
    """The text with a word left out or doubled here and there, so that likeness has something to decide."""
    words = text.split()
    odd = st.lists(st.sampled_from((0, 1, 1, 1, 1, 1, 2)), min_size=len(words), max_size=len(words)).map(
        lambda times: " ".join(" ".join([word] * n) for word, n in zip(words, times, strict=True) if n) or text
    )
    return st.just(text) | odd


follow_ups = st.builds(
    lambda question, strong: offer("follow-up", question=question, strong=strong),
    st.sampled_from(QUESTIONS).flatmap(like),
    st.sampled_from(ANSWERS).flatmap(like),
)


def apart(candidates: list[Candidate]) -> list[Candidate]:
    """Candidates as a page gives them: one of each identity."""
    return list({one.fields["question"].casefold(): one for one in candidates}.values())


pages = st.lists(follow_ups, min_size=1, max_size=7).map(apart)


def planned(deck: Deck, candidates: list[Candidate]) -> MergePlan:
    record = PageRecord(PAGE, "page.txt", "2026-03-01")
    taken = {card.id for card in deck.cards}
    return plan_merge(deck, candidates, record, (), whole=EVERYTHING, taken=taken)


def outcome(plan: MergePlan) -> dict[str, tuple[Change, Card]]:
    return {step.after.id: (step.change, step.after) for step in plan.steps}


@given(pages, pages, st.randoms(use_true_random=False), st.booleans())
def test_the_order_of_cards_and_candidates_decides_nothing(
    first: list[Candidate], second: list[Candidate], chance: Any, copied: bool
) -> None:
    deck = apply(planned(Deck("shuffled", "Shuffled"), first))
    if copied:
        deck = deck.with_card(replace(deck.cards[0], id="shuffled/copy"))
    straight = outcome(planned(deck, second))
    cards = list(deck.cards)
    chance.shuffle(cards)
    chance.shuffle(second)
    assert straight == outcome(planned(replace(deck, cards=tuple(cards)), second))


# Importing twice


text = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).filter(str.strip) | st.sampled_from(
    (
        "I fixed it",
        "“We did it” - who?",
        'a """ b',
        "a ''' b\nc",
        "\\",
        "line\r\nend",
        " blank ",
        "\nlow\n",
        "# no comment",
    )
)
maybe = st.none() | text
texts = st.lists(text, max_size=3).map(tuple)


def quiz_item(question: str, options: tuple[str, ...], explanation: str | None, answered: bool) -> QuizItem:
    return QuizItem(question, options, 0 if answered and options and options[0] else None, explanation)


walkthroughs = st.builds(
    Walkthrough,
    title=maybe,
    scenario=maybe,
    summary=maybe,
    stages=st.lists(
        st.builds(
            Stage,
            stage=st.sampled_from(("situation", "action", "reflection")),
            target_seconds=st.none() | st.integers(0, 300),
            example=maybe,
            signals=texts,
            mistake=maybe,
        ),
        max_size=3,
    ).map(tuple),
    follow_ups=st.lists(st.builds(FollowUp, question=maybe, weak=maybe, strong=maybe), max_size=3).map(tuple),
    weak_answer=st.none() | st.builds(WeakAnswer, text=maybe, disqualifiers=texts, verdict=maybe),
    quiz=st.lists(
        st.builds(
            quiz_item,
            text,
            st.lists(st.sampled_from(("Yes", "No", " ", 'So "it" is')), unique=True, max_size=3).map(tuple),
            maybe,
            st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
    levels=st.lists(st.builds(Level, level=st.sampled_from(("SDE 1", "Senior")), focus=maybe), max_size=2).map(tuple),
)


@given(walkthroughs)
@pytest.mark.slow
def test_importing_any_page_twice_leaves_the_file_byte_for_byte(content: Walkthrough) -> None:
    breakdown = break_down(content)
    record = PageRecord(breakdown.page, "page.txt", "2026-03-01")
    written = ""
    for when in ("first", "second", "third"):
        deck = read_deck(written, Path("twice.toml")).deck if written else Deck("twice", "Twice")
        taken = {card.id for card in deck.cards}
        plan = plan_merge(deck, breakdown.candidates, record, (), whole=EVERYTHING, taken=taken)
        before, written = written, rewrite_deck(written, apply(plan))
        assert [] == [problem for problem in read_deck(written, Path("twice.toml")).problems if not problem.warning]
        if when != "first":
            assert {Change.KEPT} >= {step.change for step in plan.steps}
            assert apply(plan) == deck
            assert before == written


def test_of_a_card_and_its_copy_the_place_in_the_file_does_not_choose() -> None:
    deck = apply(planned(Deck("copied", "Copied"), [OFFERS["how"]]))
    both = (*deck.cards, replace(deck.cards[0], id="copied/a-copy"))
    assert outcome(planned(replace(deck, cards=both), [OFFERS["how"]])) == outcome(
        planned(replace(deck, cards=both[::-1]), [OFFERS["how"]])
    )
