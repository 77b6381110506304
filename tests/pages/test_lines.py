"""The forms of labels and lines."""

from __future__ import annotations

import pytest

from lpdeck.pages.labels import QUESTION, WALKTHROUGH, Form, Label, level_mark, level_name, principle_mark, target_mark
from lpdeck.pages.lines import Kind, classify
from lpdeck.pages.navigation import is_navigation
from lpdeck.pages.wording import phrases, said, split_numbered, unquoted


@pytest.mark.parametrize(
    ("text", "label", "form", "rest"),
    [
        ("Coaching", Label.COACHING, Form.ALONE, ""),
        ("💡 Coaching", Label.COACHING, Form.ALONE, ""),
        ("πŸ’‘Coaching", Label.COACHING, Form.ALONE, ""),
        ("\ufffd COACHING:", Label.COACHING, Form.ALONE, ""),
        ("**Coaching**", Label.COACHING, Form.ALONE, ""),
        ("### common mistake", Label.MISTAKE, Form.ALONE, ""),
        ("Coaching: Keep it short.", Label.COACHING, Form.COLON, "Keep it short."),
        ("CoachingKeep it short.", Label.COACHING, Form.GLUED, "Keep it short."),
        ("Coaching Coaching: Keep it short.", Label.COACHING, Form.COLON, "Keep it short."),
        ("Common MistakeTalking", Label.MISTAKE, Form.GLUED, "Talking"),
        ("Common MistakeStarting late", Label.MISTAKE, Form.GLUED, "Starting late"),
        ("COMMON MISTAKEStarting late", Label.MISTAKE, Form.GLUED, "Starting late"),
        ("Common Mistakes:", Label.MISTAKE, Form.ALONE, ""),
        ("EmphasizeThe cost", Label.EMPHASIZE, Form.GLUED, "The cost"),
        ("WeakI did", Label.WEAK, Form.GLUED, "I did"),
        ("WEAKI did", Label.WEAK, Form.GLUED, "I did"),
        ('Weak"I did"', Label.WEAK, Form.GLUED, '"I did"'),
        ("Weak Answer", Label.WEAK_ANSWER, Form.ALONE, ""),
        ("Bar Raiser ThinksToo vague", Label.VERDICT, Form.GLUED, "Too vague"),
        ("Bar Limited scope", Label.BAR, Form.SPACED, "Limited scope"),
        ("HINT: x", Label.HINT, Form.COLON, "x"),
        ("Solution1. Step 1: x", Label.SOLUTION, Form.GLUED, "1. Step 1: x"),
    ],
)
def test_a_label_is_known_in_every_form(text: str, label: Label, form: Form, rest: str) -> None:
    mark = WALKTHROUGH.mark(text)
    assert mark is not None
    assert (label, form, rest) == (mark.label, mark.form, mark.rest)


@pytest.mark.parametrize(
    "text",
    [
        "Weak signals came first.",
        "Strong opinions did not help.",
        "Coaching the rotation took an hour.",
        "Bar charts showed it.",
        "Solution architects will ask.",
        "Practice runs showed no fault.",
        "Reflection came later.",
        "Weakness was not the matter",
        "STRONGEST WAS THE WIND",
        "Coachings",
        "Barriers fell",
        "Hints were given",
        "weak's",
        "the Coaching",
    ],
)
def test_a_sentence_that_begins_with_a_labels_word_is_no_label(text: str) -> None:
    assert WALKTHROUGH.mark(text) is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Target: 30s", "30"),
        ("⏱ Target: 1m 30s", "90"),
        ("TARGET 30 SEC", "30"),
        ("target: 2 minutes", "120"),
        ("Target 1:30", "90"),
        ("Target: 45", "45"),
        ("Target: 30sS", "30"),
        ("Target time: 20 seconds", "20"),
        ("Target: 1:30 min", "90"),
        ("Target: 1m30s", "90"),
        ("Target : 2 min 5 s", "125"),
    ],
)
def test_a_target_time_is_read_in_seconds(text: str, seconds: str) -> None:
    mark = target_mark(text)
    assert mark is not None
    assert seconds == mark.name


@pytest.mark.parametrize("text", ["Target customers were old.", "Target 30 customers", "Target: customers"])
def test_a_target_that_is_no_time_is_text(text: str) -> None:
    assert target_mark(text) is None


@pytest.mark.parametrize(
    ("text", "level", "rest"),
    [
        ("SDE 1", "SDE 1", ""),
        ("SDE2", "SDE2", ""),
        ("senior sde", "Senior SDE", ""),
        ("SDE 1Focus on the fix", "SDE 1", "Focus on the fix"),
        ("SDE II", "SDE II", ""),
        ("Senior SDEAdds more", "Senior SDE", "Adds more"),
    ],
)
def test_a_level_heads_its_text(text: str, level: str, rest: str) -> None:
    mark = level_mark(text)
    assert mark is not None
    assert (level, rest) == (mark.name, mark.rest)


def test_levels_are_written_as_on_the_page_unless_it_shouts() -> None:
    assert ["SDE2", "Senior", "SDE 1", "Sr. SDE"] == [
        level_name(text) for text in ("SDE2", "SENIOR", "sde 1", "Sr. SDE")
    ]


@pytest.mark.parametrize(
    ("text", "slug", "form"),
    [
        ("Ownership", "ownership", Form.ALONE),
        ("⭐ EARN TRUST:", "earn-trust", Form.ALONE),
        ("OwnershipLead with it", "ownership", Form.GLUED),
        ("Are Right, A Lot", "are-right-a-lot", Form.ALONE),
        ("Have Backbone; Disagree and Commit", "have-backbone-disagree-and-commit", Form.ALONE),
        ("Strive to be Earth’s Best Employer", "strive-to-be-earths-best-employer", Form.ALONE),
    ],
)
def test_a_principle_heads_its_text(text: str, slug: str, form: Form) -> None:
    mark = principle_mark(text)
    assert mark is not None
    assert (slug, form) == (mark.name, mark.form)


def test_a_sentence_about_a_principle_is_no_heading() -> None:
    assert principle_mark("Ownership was unclear") is None


def test_the_labels_of_questions_end_where_their_bullets_begin() -> None:
    mark = QUESTION.mark("Key Points to Cover: * The goal")
    assert mark is not None
    assert "* The goal" == mark.rest


@pytest.mark.parametrize(
    ("text", "kind", "body"),
    [
        ("• said aloud", Kind.BULLET, "said aloud"),
        ("  - said aloud", Kind.BULLET, "said aloud"),
        ("❌", Kind.DECORATION, ""),
        ("πŸ§", Kind.DECORATION, ""),
        ("3. Step 1: x", Kind.NUMBERED, "Step 1: x"),
        ("2.5-3 minutes.", Kind.TEXT, "2.5-3 minutes."),
        ("A. Ownership", Kind.OPTION, "Ownership"),
        ("(b) Ownership", Kind.OPTION, "Ownership"),
        ("c) Ownership", Kind.OPTION, "Ownership"),
        ("easyA. foo", Kind.DIFFICULTY, "A. foo"),
        ("Medium", Kind.DIFFICULTY, ""),
        ('"a""b"', Kind.PHRASES, '"a""b"'),
        ("A Day – amazon lp star walkthrough", Kind.TITLE, "A Day"),
        ("Related questions", Kind.FOOTER, "Related questions"),
        ("8,000 forms were checked.", Kind.TEXT, "8,000 forms were checked."),
    ],
)
def test_a_line_has_the_kind_of_its_form(text: str, kind: Kind, body: str) -> None:
    (line,) = classify(text, WALKTHROUGH)
    assert (kind, body) == (line.kind, line.body)


def test_hard_wrapped_prose_is_one_line_that_knows_where_it_stood() -> None:
    story = (
        "I counted the boxes in the cellar twice, because the list that I had been given said forty\n"
        "and the foreman said sixty. Neither was right. There were fifty-one boxes and two of them\n"
        "were empty. I wrote the numbers on the wall, asked everybody who came by, and corrected the\n"
        "list before noon. On the next day somebody had painted the wall. I took a photograph of the\n"
        "paint, since a wall that is painted overnight says more than a number.\n\nNext paragraph"
    )
    first, second = classify(story, WALKTHROUGH)
    assert story.split("\n\n")[0].replace("\n", " ") == first.text
    assert (1, 2, 3, 4, 5) == first.numbers
    assert 7 == second.number


@pytest.mark.parametrize(
    "text",
    [
        "Share",
        "Sign in",
        "12 likes",
        "(1/5)",
        "Raised Fist0",
        "Home > Amazon > Stories",
        "5 min read",
        "4.8 (212 reviews)",
        "Choose your preparation mode3 modes available",
        "© 2026 Prep House. All rights reserved.",
        "Was this helpful?",
        "We use cookies to make this better.",
        "Next lesson",
        "10 questions across easy, medium, and hard",
    ],
)
def test_what_sites_put_round_a_page_is_navigation(text: str) -> None:
    assert is_navigation(text)


@pytest.mark.parametrize(
    "text",
    [
        "Share the numbers with the team.",
        "I signed in at nine.",
        "Start with the customers",
        "Loading times fell by 30%.",
        "No word about what came after",
        "Published the template to all teams.",
        "Report a problem together with its fix.",
        "Focus on what was learned.",
        "3 teams adopted it",
        "Details of the repair",
        "Asked by nobody, I began.",
    ],
)
def test_what_a_story_says_is_not_navigation(text: str) -> None:
    assert not is_navigation(text)


@pytest.mark.parametrize(
    "row",
    [
        '"a b""c"',
        '"a b" "c"',
        '"a b", "c"',
        "“a b”“c”",
        "“a b” “c”",
        '"a b""c',
        '"a b"“c”',
        "'a b''c'",
        "'a b', 'c'",
        "‘a b’‘c’",
        "`a b` `c`",
    ],
)
def test_a_row_of_phrases_is_divided(row: str) -> None:
    assert ("a b", "c") == phrases(row)


@pytest.mark.parametrize(
    "text",
    [
        '"a" and "b"',
        'a "b"',
        '"a" shows it',
        "no quotes",
        '"open only',
        "'one alone'",
        "'I did' and 'we did'",
        "'a' shows it",
    ],
)
def test_prose_with_quotations_is_no_row(text: str) -> None:
    assert () == phrases(text)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ('"I did it."', "I did it."),
        ("“I did it”.", "I did it"),
        ("'I did it.'", "I did it."),
        ('"I said "no" to it."', 'I said "no" to it.'),
        ('"a" and "b"', '"a" and "b"'),
        ("'We did' - who?", "'We did' - who?"),
        ('"cut he', "cut he"),
    ],
)
def test_outer_quotes_are_dropped_and_inner_ones_stay(text: str, bare: str) -> None:
    assert bare == said(text)


def test_unquoted_leaves_a_text_without_quotes_alone() -> None:
    assert "plain" == unquoted("plain")


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("1. One. 2. Two. 3. Three.", ["One.", "Two.", "Three."]),
        ("1. Use 2.5 lines. 2. Say it in 3. Then stop. 3. End.", ["Use 2.5 lines.", "Say it in 3. Then stop.", "End."]),
        ("1. One.2. Two.", ["One.", "Two."]),
        ("1) One 2) Two", ["One", "Two"]),
        ("Step 1: One. Step 2: Two. Step 3: Three.", ["One.", "Two.", "Three."]),
        ("Step 2: Alone on its line.", ["Alone on its line."]),
        ("1. One. 3. Three.", ["One. 3. Three."]),
        ("No number", ["No number"]),
        ("", []),
    ],
)
def test_a_list_that_runs_in_one_paragraph_is_divided_at_the_expected_numbers(text: str, items: list[str]) -> None:
    assert items == split_numbered(text)


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ("# A Story Told Well", "A Story Told Well"),
        ("**Coaching**", "Coaching"),
        ("1️⃣ Weak", "Weak"),
        ("a ** b ** c", "a ** b ** c"),
        ("I set x**2**3 and **kwargs.", "I set x**2**3 and **kwargs."),
        ("I said **no** twice.", "I said no twice."),
        ("snake_case and __init__", "snake_case and __init__"),
    ],
)
def test_the_marks_of_markdown_and_framed_numbers_are_decoration(row: str, text: str) -> None:
    assert [text] == [line.text for line in classify(row, WALKTHROUGH)]
