from __future__ import annotations

import json
import random
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anki import collection
from homes import CALENDAR, DAY, MINUTE, NOON, SCHEDULER, SECOND, TODAY
from lpdeck.anki import history
from lpdeck.anki.history import AnkiFile, Review, event_id, new_events, read_file
from lpdeck.anki.notes import Note, guid_of, note_of
from lpdeck.anki.package import Exported, PackageOptions, write_package
from lpdeck.anki.zipped import AnkiFileError
from lpdeck.days import Calendar, StudyDay
from lpdeck.events import Event, Kind, moment_of, next_id, replay
from lpdeck.scheduling import MAXIMUM_INTERVAL, NEW, Rating, Schedule, State
from lpdeck.store.hot import StoredCard

CARD, OTHER = "deck/basic-a", "deck/basic-b"


def card(name: str, front: str = "What is it?", back: str = "It is that.") -> StoredCard:
    return StoredCard(name, "deck", 1, "basic", (), {"front": front, "back": back}, None, (), False, False, None)


def quiz(name: str) -> StoredCard:
    fields = {"question": "Which?", "options": ["this", "that"], "answer": "that"}
    return StoredCard(name, "deck", 1, "quiz", (), fields, None, (), False, False, None)


@dataclass
class Hand:
    """A collection of schema 11 written by hand: notes, cards and history as a test wants them."""

    notes: list[tuple[Any, ...]] = field(default_factory=list)
    cards: list[tuple[Any, ...]] = field(default_factory=list)
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    models: dict[str, Any] = field(default_factory=dict)

    def note(self, note: Note, *, name: str | None = None, fields: Iterable[str] | None = None, **over: Any) -> int:
        """Adds a note with one card; returns the number of the card."""
        number = len(self.notes) + 1
        names = [{"name": one} for one in fields or note.type.names]
        self.models[str(number)] = {"name": name or note.type.name, "flds": names}
        values = over.get("values", note.values)
        self.notes.append((number, over.get("guid", note.guid), number, over.get("mod", 5), "\x1f".join(values)))
        self.cards.append((100 + number, number, over.get("ord", 0)))
        return 100 + number

    def review(self, card: int, at_ms: int, ease: int = 3, *, ivl: int = 4, factor: int = 500, kind: int = 1) -> None:
        """Adds a row of history."""
        self.rows.append((at_ms, card, ease, ivl, factor, 7000, kind))

    def write(self, path: Path) -> Path:
        """Writes the collection."""
        with sqlite3.connect(path) as connection:
            connection.executescript("""
            CREATE TABLE col (ver integer, models text);
            CREATE TABLE notes (id integer PRIMARY KEY, guid text, mid integer, mod integer, flds text);
            CREATE TABLE cards (id integer, nid integer, ord integer);
            CREATE TABLE revlog (id integer PRIMARY KEY, cid integer, ease integer, ivl integer, factor integer,
              time integer, type integer);""")
            connection.execute("INSERT INTO col VALUES (11, ?)", (json.dumps(self.models),))
            connection.executemany("INSERT INTO notes VALUES (?, ?, ?, ?, ?)", self.notes)
            connection.executemany("INSERT INTO cards VALUES (?, ?, ?)", self.cards)
            connection.executemany("INSERT INTO revlog VALUES (?, ?, ?, ?, ?, ?, ?)", self.rows)
        connection.close()
        return path

    def read(self, folder: Path) -> AnkiFile:
        """What is read of it."""
        return read_file(self.write(folder / "collection.anki2"))


def review(at_ms: int = NOON, rating: Rating | None = Rating.GOOD, interval: int = 4, name: str = CARD) -> Review:
    return Review(name, at_ms, rating, interval, 7000, 1 if rating else 4)


def events_of(reviews: Sequence[Review], known: Sequence[Event] = ()) -> list[Event]:
    return new_events(reviews, known, CALENDAR, SCHEDULER.weights.name)


def own(at_ms: int, kind: Kind = Kind.ANSWER, rating: Rating | None = Rating.GOOD) -> Event:
    """An event of this computer."""
    name = next_id(at_ms, None, 7)
    day = CALENDAR.day_of(at_ms)
    return Event(name, at_ms, day, "here", kind, name, CARD, rating=rating, interval=4, due=day + 4)


# Which rows count


def test_a_review_of_our_card_is_read_as_anki_keeps_it(tmp_path: Path) -> None:
    hand = Hand()
    number = hand.note(note_of(card(CARD)))
    hand.review(number, NOON, 1, ivl=-60, kind=0)
    hand.review(number, NOON + MINUTE, 3, ivl=9)
    found = hand.read(tmp_path)
    assert (
        Review(CARD, NOON, Rating.AGAIN, -60, 7000, 0),
        Review(CARD, NOON + MINUTE, Rating.GOOD, 9, 7000, 1),
    ) == found.reviews
    assert (1, 0, True, {}) == (found.notes, found.foreign, found.has_history, found.skipped)


ROWS = {
    "learning": ({"kind": 0}, None),
    "review": ({"kind": 1}, None),
    "relearning": ({"kind": 2}, None),
    "before its time": ({"kind": 3, "factor": 500}, None),
    "cram": ({"kind": 3, "factor": 0}, history.CRAM),
    "due day set by hand": ({"kind": 4, "ease": 0, "factor": 2500}, history.MANUAL),
    "spread by anki": ({"kind": 5, "ease": 0, "factor": 500}, history.MANUAL),
    "no rating": ({"kind": 1, "ease": 0}, history.UNRATED),
    "a fifth rating": ({"kind": 1, "ease": 5}, history.UNRATED),
    "a type of tomorrow": ({"kind": 6}, history.UNRATED),
    "words for numbers": ({"ease": "good"}, history.UNRATED),
}


@pytest.mark.parametrize("name", ROWS)
def test_a_row_counts_or_is_left_out_for_one_reason(tmp_path: Path, name: str) -> None:
    values, why = ROWS[name]
    hand = Hand()
    hand.review(hand.note(note_of(card(CARD))), NOON, **values)
    found = hand.read(tmp_path)
    assert ({} if why is None else {why: 1}) == found.skipped
    assert (1 if why is None else 0) == len(found.reviews)


def test_a_row_before_or_after_all_dates_is_left_out(tmp_path: Path) -> None:
    hand = Hand()
    number = hand.note(note_of(card(CARD)))
    for at_ms in (-5, 0, 2**62, NOON, NOON + 1):
        hand.review(number, at_ms)
    path = hand.write(tmp_path / "collection.anki2")
    assert {history.UNDATED: 3} == read_file(path).skipped
    assert {history.UNDATED: 4} == read_file(path, until_ms=NOON).skipped


def test_a_card_that_was_forgotten_by_hand_is_reset(tmp_path: Path) -> None:
    hand = Hand()
    hand.review(hand.note(note_of(card(CARD))), NOON, 0, ivl=0, factor=0, kind=4)
    (found,) = hand.read(tmp_path).reviews
    assert found.is_reset
    (event,) = events_of([found])
    assert (Kind.RESET, None, CARD) == (event.kind, event.rating, event.card)


def test_the_history_of_other_notes_and_other_cards_of_a_note_is_not_ours(tmp_path: Path) -> None:
    hand, ours = Hand(), note_of(card(CARD))
    for number, over in enumerate(({"name": "Basic"}, {"guid": "another"}, {"values": ("", *ours.values[1:])})):
        hand.review(hand.note(ours, **over), NOON + number)
    hand.review(hand.note(ours, ord=1), NOON + 10)
    found = hand.read(tmp_path)
    assert ((), 3, 1) == (found.reviews, found.foreign, found.notes)
    assert {history.OTHER_CARD: 1} == found.skipped


def test_a_row_of_a_deleted_card_is_nobodys(tmp_path: Path) -> None:
    hand = Hand()
    hand.note(note_of(card(CARD)))
    hand.review(999, NOON)
    found = hand.read(tmp_path)
    assert ((), {}, True) == (found.reviews, found.skipped, found.has_history)


def test_the_same_row_twice_counts_once(tmp_path: Path) -> None:
    hand = Hand()
    number = hand.note(note_of(card(CARD)))
    hand.review(number, NOON)
    hand.cards.append(hand.cards[0])  # a table that some other program wrote
    path = hand.write(tmp_path / "collection.anki2")
    assert [NOON] == [event.at_ms for event in events_of(read_file(path).reviews * 2)]


def test_a_file_without_history_says_so(tmp_path: Path) -> None:
    hand = Hand()
    hand.note(note_of(card(CARD)))
    found = hand.read(tmp_path)
    assert (False, 1, ()) == (found.has_history, found.notes, found.reviews)


def test_reviews_are_given_by_card_in_their_order(tmp_path: Path) -> None:
    hand = Hand()
    numbers = [hand.note(note_of(card(name))) for name in (CARD, OTHER)]
    for step in range(6):
        hand.review(numbers[step % 2], NOON - step * DAY)
    by_card = hand.read(tmp_path).by_card()
    assert [NOON - step * DAY for step in (4, 2, 0)] == [one.at_ms for one in by_card[CARD]]
    assert [NOON - step * DAY for step in (5, 3, 1)] == [one.at_ms for one in by_card[OTHER]]


# Texts


def test_texts_come_back_as_they_stand_in_anki(tmp_path: Path) -> None:
    hand = Hand()
    hand.note(note_of(card(CARD, front="a < b & c", back="two\nlines")))
    hand.note(note_of(quiz(OTHER)))
    texts = {text.card: text for text in hand.read(tmp_path).texts}
    assert {"front": "a < b & c", "back": "two\nlines"} == texts[CARD].fields
    assert {"question": "Which?", "options": ["this", "that"], "answer": "that"} == texts[OTHER].fields


@pytest.mark.parametrize("pasted", ["<![if !supportLists]>", "<![x y]>", "<![>", "<![ "])
def test_what_was_pasted_from_a_word_processor_can_be_read(tmp_path: Path, pasted: str) -> None:
    ours = note_of(card(CARD))
    hand = Hand()
    hand.note(ours, values=[pasted + value if value == "It is that." else value for value in ours.values])
    (text,) = hand.read(tmp_path).texts
    assert text.fields["back"].endswith("It is that.")


def test_of_two_notes_of_a_card_the_one_that_was_edited_last_gives_its_text(tmp_path: Path) -> None:
    hand = Hand()
    for mod in (7, 9, 8):
        hand.note(note_of(card(CARD, front=f"edited at {mod}")), mod=mod)
    found = hand.read(tmp_path)
    assert ["edited at 9"] == [text.fields["front"] for text in found.texts]
    assert {CARD: 9000} == found.edited_ms


def test_a_copy_of_a_note_type_is_ours_and_so_are_fields_that_the_learner_moved(tmp_path: Path) -> None:
    ours = note_of(quiz(CARD))
    first, *rest = zip(ours.type.names, ours.values, strict=True)
    moved = [first, ("Mine", "x"), *reversed(rest)]
    hand = Hand()
    hand.note(ours, name="LP Quiz+", fields=[name for name, _ in moved], values=[value for _, value in moved])
    found = hand.read(tmp_path)
    assert (1, 0) == (found.notes, found.foreign)
    assert [{"question": "Which?", "options": ["this", "that"], "answer": "that"}] == [
        one.fields for one in found.texts
    ]


def test_a_note_type_of_ours_that_is_not_known_yet_has_history_and_no_text(tmp_path: Path) -> None:
    hand = Hand()
    hand.review(hand.note(note_of(card(CARD)), name="LP Tomorrow"), NOON)
    found = hand.read(tmp_path)
    assert (1, 1, ()) == (found.notes, len(found.reviews), found.texts)


@pytest.mark.parametrize("models", ["[]", "{", '{"x": 1}', '{"1": {"name": 5}}', "[" * 100_000])
def test_note_types_that_can_not_be_read_are_one_sentence(tmp_path: Path, models: str) -> None:
    path = Hand().write(tmp_path / "collection.anki2")
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE col SET models = ?", (models,))
    connection.close()
    with pytest.raises(AnkiFileError, match="damaged"):
        read_file(path)


# Events


def test_a_review_becomes_an_import_with_the_day_and_the_wait_that_anki_gave() -> None:
    (event,) = events_of([review(interval=9)])
    assert (Kind.IMPORT, "anki", CARD, Rating.GOOD) == (event.kind, event.device, event.card, event.rating)
    assert (NOON, TODAY, 9, TODAY + 9, 7000) == (
        event.at_ms,
        event.study_day,
        event.interval,
        event.due,
        event.took_ms,
    )
    assert (SCHEDULER.weights.name, event.id) == (event.weights, event.batch)


def test_a_learning_step_is_due_at_its_minute() -> None:
    (event,) = events_of([review(interval=-600)])
    assert (-600, NOON + 600 * SECOND) == (event.interval, event.due)
    assert State.LEARNING is replay([event], SCHEDULER).state


def test_an_answer_before_the_rollover_hour_counts_for_the_day_before() -> None:
    (event,) = events_of([review(CALENDAR.starts_ms(TODAY) - 1, interval=2)])
    assert (TODAY - 1, TODAY + 1) == (event.study_day, event.due)


def test_the_id_of_an_event_is_a_time_ordered_uuid_that_its_source_determines() -> None:
    ids = [event_id(review(at_ms, rating, name=name)) for at_ms in (NOON, NOON + 1) for rating in (*Rating, None)
           for name in (CARD, OTHER)]  # fmt: skip
    assert len(ids) == len(set(ids))
    assert {"7"} == {one[14] for one in ids}
    assert [NOON] * 10 + [NOON + 1] * 10 == [moment_of(one) for one in ids]
    assert event_id(review(interval=4)) == event_id(review(interval=-60))
    # Frozen: other computers have it in their logs.
    assert "019cae6b-6600-7deb-886c-8e6e249efa0e" == event_id(review())


@pytest.mark.parametrize(("apart", "expected"), [(0, 0), (50, 0), (-50, 0), (51, 1), (-51, 1)])
def test_an_answer_that_the_log_has_within_fifty_milliseconds_is_known(apart: int, expected: int) -> None:
    assert expected == len(events_of([review(NOON + apart)], [own(NOON)]))


def test_one_answer_of_the_log_is_one_of_anki_s_however_fast_they_came() -> None:
    reviews = [review(NOON + step) for step in (0, 10, 20)]
    assert [NOON + 20] == [event.at_ms for event in events_of(reviews, [own(NOON), own(NOON + 9)])]
    (first,) = events_of(reviews[1:2])
    assert [NOON, NOON + 20] == [event.at_ms for event in events_of(reviews, [first])]


def test_an_answer_of_another_rating_or_a_cram_beside_it_is_not_the_same() -> None:
    assert 1 == len(events_of([review()], [own(NOON, rating=Rating.HARD)]))
    assert 1 == len(events_of([review()], [own(NOON, Kind.CRAM)]))
    assert 1 == len(events_of([review(rating=None)], [own(NOON)]))


def test_a_reset_that_the_log_has_is_known() -> None:
    assert [] == events_of([review(NOON + 30, rating=None)], [own(NOON, Kind.RESET, rating=None)])


def test_an_answer_that_was_taken_back_here_does_not_return_from_anki() -> None:
    undo = own(NOON + MINUTE, Kind.UNDO, None)._replace(card=None, target=own(NOON).batch)
    assert [] == events_of([review()], [own(NOON), undo])


def test_a_reset_makes_earlier_answers_count_no_longer() -> None:
    events = events_of([review(NOON), review(NOON + DAY, rating=None, interval=0), review(NOON + 2 * DAY)])
    assert [Kind.IMPORT, Kind.RESET, Kind.IMPORT] == [event.kind for event in events]
    assert replay(events[2:], SCHEDULER) == replay(events, SCHEDULER)
    assert NEW == replay(events[:2], SCHEDULER)


def test_an_interval_beyond_all_reason_is_cut(tmp_path: Path) -> None:
    hand = Hand()
    number = hand.note(note_of(card(CARD)))
    hand.review(number, NOON, ivl=2**40)
    hand.review(number, NOON + 1, ivl=-(2**60))
    assert [MAXIMUM_INTERVAL, -MAXIMUM_INTERVAL * 86_400] == [one.interval for one in hand.read(tmp_path).reviews]


REVIEWS = st.lists(
    st.builds(
        review,
        st.integers(0, 400).map(lambda tenth: NOON + tenth * 10),
        st.sampled_from([*Rating, None]),
        st.sampled_from([-60, 0, 1, 30]),
    ),
    max_size=12,
)


@given(first=REVIEWS, second=REVIEWS)
def test_what_was_taken_once_is_known_whatever_is_taken_with_it(first: list[Review], second: list[Review]) -> None:
    taken = events_of(first)
    more = events_of(first + second, taken)
    assert [] == events_of(second + first, taken + more)
    assert len({event.id for event in taken + more}) == len(taken + more)
    assert sorted(taken, key=lambda event: event.at_ms) == taken


# Whatever stands in a file


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A collection with a few notes and reviews."""
    hand = Hand()
    for number in range(3):
        added = hand.note(note_of(card(f"deck/basic-{number}")))
        for step in range(3):
            hand.review(added, NOON + number * MINUTE + step * DAY)
    return hand.write(tmp_path_factory.mktemp("whole") / "collection.anki2").read_bytes()


def _read(path: Path) -> str:
    """Reads a file and makes events of it; what is said where that is not possible."""
    try:
        for reviews in read_file(path).by_card().values():
            replay(events_of(reviews), SCHEDULER)
    except AnkiFileError as error:
        return error.what
    return f"{path} was read"


@given(seed=st.integers(0, 2**32), changes=st.integers(1, 30))
def test_a_collection_with_bytes_turned_is_read_or_refused(
    tmp_path: Path, whole: bytes, seed: int, changes: int
) -> None:
    content, draw = bytearray(whole), random.Random(seed)
    filled = [at for at, byte in enumerate(whole) if byte]
    for _ in range(changes):
        content[draw.choice(filled)] = draw.randrange(256)
    path = tmp_path / "collection.anki2"
    path.write_bytes(content)
    assert str(path) in _read(path)


ANYTHING = st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.floats(), st.binary(max_size=9), st.text())
TABLES = {"col": 2, "notes": 5, "cards": 3, "revlog": 7}


@given(column=st.integers(0, 16), value=ANYTHING)
def test_a_collection_with_anything_in_a_column_is_read_or_refused(
    tmp_path: Path, whole: bytes, column: int, value: object
) -> None:
    path = tmp_path / "collection.anki2"
    path.write_bytes(whole)
    columns = [(table, at) for table, width in TABLES.items() for at in range(width)]
    table, at = columns[column]
    with sqlite3.connect(path) as connection:
        name = connection.execute(f"SELECT name FROM pragma_table_info('{table}')").fetchall()[at][0]
        sql = connection.execute(f"SELECT sql FROM sqlite_master WHERE name = '{table}'").fetchone()[0]
        connection.executescript(f"ALTER TABLE {table} RENAME TO old; {sql.replace('integer PRIMARY KEY', '')};")
        connection.executescript(f"INSERT INTO {table} SELECT * FROM old; DROP TABLE old")
        connection.execute(f"UPDATE {table} SET {name} = ?", (_storable(value),))
    connection.close()
    assert str(path) in _read(path)


def _storable(value: object) -> object:
    """Text that SQLite can hold."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


# The real Anki

CARDS = [f"deck/basic-{number}" for number in range(24)]
PARAMETERS = list(SCHEDULER._fsrs.parameters)


class Desk:
    """A real collection of Anki's with our notes, in which days can pass."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.open()
        self.col.set_config("fsrs", True)
        config = self.col.decks.get_config(1)
        config["fsrsParams6"] = PARAMETERS
        config["new"]["perDay"] = config["rev"]["perDay"] = 999
        self.col.decks.update_config(config)

    def open(self) -> None:
        self.col = collection.Collection(str(self.folder / "collection.anki2"))

    def add(self, note: Note, name: str | None = None) -> None:
        """Adds a note with the fields and the guid that a package gives it."""
        models = self.col.models
        if not models.by_name(name or note.type.name):
            kind = models.new(name or note.type.name)
            for one in note.type.names:
                models.add_field(kind, models.new_field(one))
            template = models.new_template("Card")
            template["qfmt"], template["afmt"] = f"{{{{{note.type.names[1]}}}}}", "x"
            models.add_template(kind, template)
            models.add(kind)
        made = self.col.new_note(models.by_name(name or note.type.name))
        made.guid, made.fields = note.guid, list(note.values)
        self.col.add_note(made, 1)

    def study(self, draw: random.Random, most: int) -> None:
        """Answers the cards that Anki shows, as the draw has it."""
        for _ in range(most):
            shown = self.col.sched.getCard()
            if shown is None:
                return
            self.col.sched.answerCard(shown, draw.choice([1, 2, 3, 3, 3, 4]))

    def pass_days(self, days: int) -> None:
        """Moves everything into the past."""
        seconds = days * 86_400
        self.col.db.execute("update col set crt = crt - ?", seconds)
        self.col.db.execute("update revlog set id = id - ?", seconds * 1000)
        self.col.db.execute("update cards set due = due - ? where queue = 1", seconds)
        self.col.db.execute(
            "update cards set data = json_set(data, '$.lrt', json_extract(data, '$.lrt') - ?) where data like '%lrt%'",
            seconds,
        )
        self.col.close()
        self.open()

    def export(self, name: str, *, legacy: bool, scheduling: bool = True) -> Path:
        """Exports a package, with or without support for older versions."""
        path = self.folder / name
        options = collection.ExportAnkiPackageOptions(with_scheduling=scheduling, legacy=legacy)
        self.col.export_anki_package(out_path=str(path), options=options, limit=None)
        return path

    def card_of(self, name: str) -> Any:
        """Anki's card of one of ours."""
        number = self.col.db.scalar(
            "select c.id from cards c join notes n on n.id = c.nid where n.guid = ?", guid_of(name)
        )
        return self.col.get_card(number)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Three weeks of study in Anki: a card forgotten by hand, one rescheduled, one crammed, two notes of others."""
    made = Desk(tmp_path_factory.mktemp("desk"))
    for name in CARDS:
        made.add(note_of(card(name)))
    made.add(note_of(quiz("deck/quiz-copied")), "LP Quiz+")
    made.add(replace(note_of(card("deck/basic-stranger")), guid="stranger"))
    made.add(note_of(card("deck/basic-other")), "Basic of others")
    draw = random.Random(4)
    for days in (0, 1, 3, 1, 8, 9):
        made.pass_days(days)
        made.study(draw, 45)
    made.col.sched.schedule_cards_as_new([made.card_of(CARDS[0]).id, made.card_of(CARDS[1]).id])
    made.pass_days(1)
    made.col.sched.answerCard(_shown(made, CARDS[1]), 3)
    made.col.sched.set_due_date([made.card_of(CARDS[2]).id], "5")
    _cram(made)
    yield made
    made.col.close()


def _shown(desk: Desk, name: str) -> Any:
    shown = desk.card_of(name)
    shown.start_timer()
    return shown


def _cram(desk: Desk) -> None:
    deck = desk.col.sched.get_or_create_filtered_deck(0)
    deck.config.reschedule = False
    deck.config.search_terms[0].search = f'"Id:{CARDS[3]}"'
    desk.col.decks.set_current(desk.col.sched.add_or_update_filtered_deck(deck).id)
    desk.col.sched.answerCard(desk.col.sched.getCard(), 4)
    desk.col.decks.set_current(1)


@pytest.fixture(scope="module")
def modern(desk: Desk) -> AnkiFile:
    return read_file(desk.export("modern.apkg", legacy=False))


def test_both_forms_of_an_export_hold_the_same(desk: Desk, modern: AnkiFile) -> None:
    assert modern == read_file(desk.export("legacy.apkg", legacy=True))
    assert len(modern.reviews) > 100
    assert len(modern.reviews) == len(set(modern.reviews))


def test_the_collection_of_a_profile_and_its_backup_hold_the_same(desk: Desk, modern: AnkiFile) -> None:
    for legacy in (False, True):
        path = desk.folder / f"{legacy}.colpkg"
        desk.col.export_collection_package(str(path), False, legacy)
        desk.open()
        assert modern == read_file(path)
    desk.col.close()
    assert modern == read_file(desk.folder / "collection.anki2")
    desk.open()


def test_of_a_real_export_every_row_is_taken_or_accounted_for(desk: Desk, modern: AnkiFile) -> None:
    assert {history.CRAM: 1, history.MANUAL: 1} == modern.skipped
    assert 2 == sum(one.is_reset for one in modern.reviews)
    strangers = desk.col.db.scalar(
        "select count() from revlog r join cards c on c.id = r.cid join notes n on n.id = c.nid "
        "join notetypes t on t.id = n.mid where n.guid = 'stranger' or t.name = 'Basic of others'"
    )
    rows = desk.col.db.scalar("select count() from revlog")
    assert rows == len(modern.reviews) + sum(modern.skipped.values()) + strangers
    assert (25, 2) == (modern.notes, modern.foreign)


def test_the_texts_of_a_real_export_are_ours(modern: AnkiFile) -> None:
    assert {*CARDS, "deck/quiz-copied"} == {text.card for text in modern.texts}
    assert [card(CARDS[0]).fields] == [text.fields for text in modern.texts if text.card == CARDS[0]]


def test_replaying_anki_s_reviews_gives_anki_s_memory(desk: Desk, modern: AnkiFile) -> None:
    compared = 0
    by_card = modern.by_card()
    for name in CARDS:
        schedule = replay(events_of(by_card.get(name, [])), SCHEDULER)
        theirs = desk.card_of(name)
        if theirs.memory_state is None:
            assert schedule.is_new
            continue
        again = desk.col.compute_memory_state(theirs.id)
        assert _memory(again) == pytest.approx(schedule.memory, rel=1e-4)
        # Anki goes on from what it stored, which it rounds at every answer.
        assert _memory(theirs.memory_state) == pytest.approx(schedule.memory, rel=5e-3)
        compared += 1
    assert compared > 15


def _memory(state: Any) -> tuple[float, float]:
    return state.stability, state.difficulty


def test_replaying_anki_s_reviews_gives_anki_s_due_days_and_states(desk: Desk, modern: AnkiFile) -> None:
    by_card, today = modern.by_card(), CALENDAR.day_of(max(one.at_ms for one in modern.reviews))
    states: set[State | None] = set()
    for name in set(CARDS) - {CARDS[2]}:  # whose day was set by hand, which stays in Anki
        schedule, theirs = replay(events_of(by_card.get(name, [])), SCHEDULER), desk.card_of(name)
        states.add(schedule.state)
        assert theirs.type == (schedule.state or 0)
        if schedule.state is State.REVIEW:
            assert (theirs.due - desk.col.sched.today, theirs.ivl) == (_due_in(schedule, today), schedule.interval)
    assert {None, State.REVIEW} <= states


def _due_in(schedule: Schedule, today: StudyDay) -> int:
    assert schedule.due_day is not None
    return schedule.due_day - today


def test_an_export_without_progress_has_no_history(desk: Desk) -> None:
    for legacy in (False, True):
        found = read_file(desk.export("without.apkg", legacy=legacy, scheduling=False))
        assert (False, (), 25) == (found.has_history, found.reviews, found.notes)


def test_a_second_export_after_more_study_adds_only_what_is_new(tmp_path: Path) -> None:
    desk, draw = Desk(tmp_path), random.Random(9)
    for name in CARDS[:4]:
        desk.add(note_of(card(name)))
    desk.study(draw, 5)
    first = read_file(desk.export("first.apkg", legacy=True))
    taken = {name: events_of(reviews) for name, reviews in first.by_card().items()}
    desk.study(draw, 3)
    second = read_file(desk.export("second.apkg", legacy=False))
    rows = desk.col.db.list("select id from revlog order by id")
    desk.col.close()
    new = [event for name, found in second.by_card().items() for event in events_of(found, taken.get(name, []))]
    assert rows[5:] == sorted(event.at_ms for event in new)
    assert first.reviews == second.reviews[:5]


def _answered(name: str, draw: random.Random, now: int, calendar: Calendar) -> list[Event]:
    """A history of a card, given here, that ends before today."""
    events: list[Event] = []
    at_ms = now - draw.randrange(20, 60) * DAY
    for _ in range(draw.randrange(1, 9)):
        day = calendar.day_of(at_ms)
        before = replay(events, SCHEDULER)
        given = SCHEDULER.outcomes(name, before, day, at_ms)[draw.choice([*Rating, Rating.GOOD])]
        own_id = next_id(at_ms, events[-1].id if events else None, draw.getrandbits(74))
        events.append(
            Event(
                own_id,
                at_ms,
                day,
                "here",
                Kind.ANSWER,
                own_id,
                name,
                None,
                given.rating,
                900,
                given.interval,
                given.due,
            )
        )
        at_ms += max(-given.interval * SECOND, given.interval * DAY, 0) + draw.randrange(10_000_000)
        if at_ms > now - DAY:
            break
    return events


def test_what_was_exported_with_its_history_and_studied_on_in_anki_comes_home_once(tmp_path: Path) -> None:
    calendar, draw, now = Calendar(), random.Random(3), int(time.time() * 1000)
    here = {name: _answered(name, draw, now, calendar) for name in CARDS[:12]}
    cards = [Exported(card(name), now - DAY, replay(events, SCHEDULER), tuple(events)) for name, events in here.items()]
    path = tmp_path / "deck.apkg"
    write_package(path, cards, PackageOptions(SCHEDULER, calendar, calendar.day_of(now), True, calendar.rollover_hour))
    assert [] == _news(read_file(path), here, calendar)
    desk = Desk(tmp_path)
    options = collection.ImportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True)
    request = collection.ImportAnkiPackageRequest(package_path=str(path), options=options)
    desk.col.import_anki_package(request)
    desk.col.decks.set_current(desk.col.decks.id("LP"))
    desk.study(draw, 30)
    rows = desk.col.db.list("select id from revlog where id >= ? order by id", now)
    assert len(rows) > 10
    for legacy in (False, True):
        found = read_file(desk.export("back.apkg", legacy=legacy))
        new = _news(found, here, calendar)
        assert rows == sorted(event.at_ms for event in new)
        both = {name: [*events, *(one for one in new if one.card == name)] for name, events in here.items()}
        assert [] == _news(found, both, calendar)
        for name, events in both.items():
            theirs = desk.col.compute_memory_state(desk.card_of(name).id)
            assert _memory(theirs) == pytest.approx(replay(events, SCHEDULER).memory, rel=1e-4)
    desk.col.close()


def _news(file: AnkiFile, known: Mapping[str, Sequence[Event]], calendar: Calendar) -> list[Event]:
    found = file.by_card().items()
    return [
        one for name, reviews in found for one in new_events(reviews, known[name], calendar, SCHEDULER.weights.name)
    ]


HOLD = """
import sys
from anki.collection import Collection
held = Collection(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
held.close()
"""


@pytest.mark.slow
def test_a_collection_that_the_real_anki_holds_is_refused_until_it_is_closed(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.add(note_of(card(CARD)))
    desk.col.close()
    path = tmp_path / "collection.anki2"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert b"open" in process.stdout.readline()
        with pytest.raises(AnkiFileError, match="Anki is open"):
            read_file(path)
        process.communicate()
    assert 1 == read_file(path).notes
