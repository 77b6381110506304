"""The encoding repair: what each step mends, and what it must leave alone."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lpdeck.pages.repair import STEPS, repair

CLEAN = (
    "L’équipe a réduit les coûts de 30 % : c’était « risqué », n’est-ce pas ?".replace("\u00a0", " "),
    "Où est Noël ? À Besançon, chez l’ingénieur ; « ça alors ! »",
    "Zażółć gęślą jaźń; Łódź, Kraków i Gdańsk – „dobrze”.",
    "Η ομάδα μείωσε το κόστος κατά 30%. Β΄ φάση, β’ μέρος, «π.χ.» και ο Ήλιος.",
    "Größe, Übermaß, Straße: „Das war’s“, sagte Jörg – 5 µs ± 2 %.",
    "私たちは「品質」を重視しました。テストは3回です。",
    "Команда сократила расходы на 30 % — «это было рискованно».",
    "São Paulo, NÃO, coração; mañana, ¿qué tal?",
    "Århus, Ångström, Ærø; Å, Ä, Ö",
    "α ± β, π = 3.14, Δx ≤ 5 µm, 20 °C, x → y, ½",
    "β ± 0.3 was the bound; π ≈ 3.14",
    "⏱ Target: 30s and 👨‍💻 with 👍🏽 and ⚠️",
    "می‌خواهم · क्‍ष · שלום",
    "R&D, AT&T; if a &amp; b stand in one page of three & more",
    "team’s “quoted” words – and—more…",
)


@pytest.mark.parametrize("text", CLEAN)
def test_clean_text_passes_through(text: str) -> None:
    assert (text, ()) == repair(text)


@given(st.lists(st.sampled_from([word for text in CLEAN for word in text.split()]), min_size=1, max_size=30))
def test_clean_words_pass_through_in_any_order(words: list[str]) -> None:
    # Behind a word: alone on a line, a Greek letter with a dash may be a symbol that lost its bytes.
    text = " ".join(["Clean", *words]).replace("&", "and")
    assert (text, ()) == repair(text)


@given(st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_plain_english_passes_through(text: str) -> None:
    text = text.replace("&", "and")
    assert (text, ()) == repair(text)


@pytest.mark.parametrize(
    ("meant", "came"),
    [
        ("❌ Weak", "âŒ Weak"),
        ("⏱ Target", "â± Target"),
        ("⚠️ Common Mistake", "âš\u00a0ï¸ Common Mistake"),
        ("⚠️ Common Mistake", "âš ï¸ Common Mistake"),
        ("🏆", "ðŸ†"),
        ("🏆", "ðŸ\u008f†"),
        ("💭", "ðŸ’"),
        ("🧠", "ðŸ§"),
        ("💡 Coaching", "ðŸ’¡ Coaching"),
        ("“a”“b”", "â€œaâ€â€œbâ€"),
        ("“no” – yes…", "â€œnoâ€ â€“ yesâ€¦"),
        ("the team’s café", "the teamâ€™s cafÃ©"),
        ("Łódź isn’t Århus", "ÅÃ³dÅº isnâ€™t Ã…rhus"),
        ("Keep to 2 minutes", "Keep to 2Â minutes"),
        ("Keep to 2 minutes", "Keep to 2Â\u00a0minutes"),
        ("• No reflection", "â€¢ No reflection"),
        ("it’s", "itÃ¢â‚¬â„¢s"),
        ("💡 Coaching", "πŸ’‘ Coaching"),
        ("❌ Weak", "βŒ Weak"),
        ("✅ Strong", "βœ… Strong"),
        ("⏱ Target: 30s", "β± Target: 30s"),
        ("⚠️ Common Mistake", "βš ο Έ Common Mistake"),
        ("🎬", "πŸŽ¬"),
        ("🧠", "πŸ§"),
        ("⬇ Downplay", "β¬‡ Downplay"),
        ("• said aloud", "β€Ά said aloud".replace("Ά", "’")),
        ("the team’s", "the teamβ€™s"),
    ],
)
def test_a_symbol_comes_back(meant: str, came: str) -> None:
    text, repairs = repair(came)
    assert meant == text
    assert repairs


@pytest.mark.parametrize("text", ["β± 0.3 was measured", "the β± was measured", "πρᾶξις", "β ± γ"])
def test_lost_greek_bytes_are_guessed_before_labels_only(text: str) -> None:
    assert text == repair(text)[0]


def test_entities_are_decoded_only_in_a_text_that_is_escaped_throughout() -> None:
    assert 'R&D said "no"' == repair("R&amp;D said &quot;no&quot;")[0]
    assert "it's" == repair("it&#39;s")[0]
    assert "I fixed the &amp; bug in R&D" == repair("I fixed the &amp; bug in R&D")[0]
    assert "one &amp; here" == repair("one &amp; here")[0]


def test_invisible_characters_go_and_joiners_between_letters_stay() -> None:
    assert "Coaching" == repair("\ufeffCoa\u200bch\u200ding\u00ad")[0]
    assert "می‌خواهم 👨‍💻" == repair("می‌خواهم 👨‍💻")[0]


def test_control_characters_go() -> None:
    assert "Weak" == repair("We\x00a\x1bk\x85")[0]
    assert "👍 �" == repair("\ud83d\udc4d \ud83d")[0]


def test_repairs_name_their_step_and_count_places() -> None:
    _, repairs = repair("a\r\nb\tc\td\r\n")
    assert [("line ends", 2), ("spaces", 2)] == [(each.step, each.places) for each in repairs]


def test_every_step_has_a_name_of_its_own_and_an_explanation() -> None:
    assert len(STEPS) == len({step.name for step in STEPS})
    assert all(step.explanation and step.apply.__doc__ for step in STEPS)


@given(st.text(alphabet=st.sampled_from("ab \r\n\t\u2028\x0b\x85âŒ€™ðŸπβ’Â\u00a0\u200b&amp;")))
def test_no_step_adds_or_removes_a_line(text: str) -> None:
    assert len(re.split(r"\r\n|\r|\n", text)) == len(repair(text)[0].split("\n"))


@given(st.text())
def test_a_repaired_text_needs_no_further_repair_of_its_characters(text: str) -> None:
    repaired = repair(text)[0]
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u00a0\u200b\ufeff\ud800-\udfff]", repaired)
