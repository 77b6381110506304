"""What an import and a parse tell: the plan, the coverage of the page, the evidence."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from lpdeck.cli.context import colour, home, out, width
from lpdeck.cli.faces import title_of
from lpdeck.cli.rendering import Painter, counted_kinds, cut, plural, shown, wrapped
from lpdeck.deck.merging import Change
from lpdeck.walkthrough import STAR_WALKTHROUGH

if TYPE_CHECKING:
    from lpdeck.cli.importing import Imported, Understood
    from lpdeck.walkthrough import Problem

_SHOWN_PROBLEMS = 20


def show_import(one: Imported, *, explain: bool, dry_run: bool) -> None:
    """The whole report of one page."""
    painter = _painter()
    reading = one.page.reading
    _head(one.page, painter, title_of(one.plan.principles))
    out("")
    for change in Change:
        _show_change(one, change)
    if one.plan.drafts:
        reasons = Counter(why for _, why in one.plan.drafts)
        said = "; ".join(f"{count} {why}" for why, count in reasons.most_common())
        _row("drafts", len(one.plan.drafts), f"{said}: lpdeck check", painter, "warning")
    if one.plan.dropped:
        _row(
            "dropped",
            len(one.plan.dropped),
            "deleted by you, or their cards in the file can not be read: not brought back",
            painter,
        )
    _show_told(one, painter)
    _show_problems([*reading.problems, *one.breakdown.problems], painter)
    if explain:
        show_evidence(one.page)
    out("")
    out(_ending(one, dry_run, painter))


def _show_change(one: Imported, change: Change) -> None:
    steps = one.plan.of(change)
    if steps:
        kinds = Counter(step.after.kind for step in steps)
        _row(change.value, len(steps), ", ".join(counted_kinds(kinds)), _painter())


def _row(word: str, count: int, said: str, painter: Painter, style: str | None = None) -> None:
    head = f"  {word:<10}{count:>4}   "
    first, *more = wrapped(said, painter.width - len(head))
    for line in (head + first, *(" " * len(head) + line for line in more)):
        out(painter.style(line, style))


def _show_told(one: Imported, painter: Painter) -> None:
    """The cards about which the learner should know: conflicts, and what is retired or comes back."""
    told = [step for step in one.plan.steps if step.change in (Change.CONFLICT, Change.RETIRED, Change.REVIVED)]
    if told:
        out("")
    for step in told[:_SHOWN_PROBLEMS]:
        out(f"  {step.after.id}   {step.change.value}" + (f": {step.why}" if step.why else ""))
    if len(told) > _SHOWN_PROBLEMS:
        out(f"  ... and {len(told) - _SHOWN_PROBLEMS} more")
    if one.plan.of(Change.CONFLICT):
        out(painter.style("  --update takes the page's words instead", "dim"))


def _show_problems(problems: list[Problem], painter: Painter) -> None:
    if problems:
        out("")
    for problem in problems[:_SHOWN_PROBLEMS]:
        line = f"line {problem.line}" if problem.line else "page"
        text = cut(f'"{shown(problem.text)}"', max(painter.width // 2, 20))
        out(painter.style(f"  {line:<9} {text}   {problem.reason}", "warning"))
    if len(problems) > _SHOWN_PROBLEMS:
        out(f"  ... and {len(problems) - _SHOWN_PROBLEMS} more: --json lists all")


def _head(page: Understood, painter: Painter, principles: str) -> None:
    """The page's name, what it is, and how much of it was understood."""
    content, coverage = page.reading.content, page.reading.coverage
    kind = "STAR walkthrough" if content.format == STAR_WALKTHROUGH else "interview question"
    name = page.file.name
    out(f"{painter.style(name, 'bold')}   {kind} · {principles}")
    indent = " " * min(len(name) + 3, 13)
    understood = f"{coverage.not_understood} not understood"
    out(f"{indent}{coverage.lines} lines: {coverage.used} used, {coverage.navigation} navigation, {understood}")
    repairs = [*page.file.repairs, *page.reading.repairs]
    if repairs:
        said = ", ".join(f"{repair.step} ({plural(repair.places, 'place')})" for repair in repairs)
        out(painter.style(f"{indent}repaired: {said}", "dim"))


def _ending(one: Imported, dry_run: bool, painter: Painter) -> str:
    where = one.path.relative_to(home().path) if one.path.is_relative_to(home().path) else one.path
    if dry_run:
        return f"would write {where}; nothing was changed"
    if not one.written:
        return f"{where} says this already; nothing was changed"
    return painter.row(f"wrote {where}", "lpdeck review", style=None)


def show_short(one: Imported, *, explain: bool, dry_run: bool) -> None:
    """One line for a page among many."""
    counts = [f"{len(one.plan.of(change))} {change.value}" for change in Change if one.plan.of(change)]
    drafts = [plural(len(one.plan.drafts), "draft")] if one.plan.drafts else []
    problems = len(one.page.reading.problems) + len(one.breakdown.problems)
    unclear = [f"{plural(problems, 'line')} not understood"] if problems else []
    out(f"{one.page.file.name}: {', '.join([*counts, *drafts, *unclear])}")
    if explain:
        show_evidence(one.page)


def show_evidence(page: Understood) -> None:
    """Why the principle and every quiz answer were concluded, or were not."""
    painter = _painter()
    out("")
    principles = page.conclusion.principles
    concluded = title_of([one.slug for one in principles.value]) if principles.value else "undecided"
    out(f"  principle: {concluded} (margin {principles.margin:.2f})")
    _show_verdict(principles, painter)
    for item, verdict in zip(getattr(page.conclusion.content, "quiz", ()), page.conclusion.quiz, strict=False):
        if not item.options:
            continue
        answer = "undecided" if item.answer is None else item.options[item.answer]
        out(f"  line {item.line}: {cut(shown(item.question), 60)}")
        out(f"    {answer} (margin {verdict.margin:.2f})")
        _show_verdict(verdict, painter)


def _show_verdict(verdict: Any, painter: Painter) -> None:
    for evidence in verdict.evidence:
        out(painter.style(f"    {evidence.weight:+.2f}  {evidence.rule}: {cut(shown(evidence.text), 70)}", "dim"))


def as_data(one: Imported) -> dict[str, Any]:
    """The report of one page as plain data."""
    reading = one.page.reading
    return {
        "page": one.page.file.name,
        "format": reading.content.format,
        "title": reading.content.title,
        "principles": list(one.plan.principles),
        "deck": one.plan.deck.name,
        "written": one.written,
        "lines": {
            "all": reading.coverage.lines,
            "used": reading.coverage.used,
            "navigation": reading.coverage.navigation,
            "not_understood": reading.coverage.not_understood,
        },
        "repairs": [{"step": one.step, "places": one.places} for one in (*one.page.file.repairs, *reading.repairs)],
        "changes": {change.value: [step.after.id for step in one.plan.of(change)] for change in Change},
        "drafts": [{"id": card.id, "why": why} for card, why in one.plan.drafts],
        "dropped": len(one.plan.dropped),
        "problems": [
            {"line": problem.line, "text": problem.text, "why": problem.reason}
            for problem in (*reading.problems, *one.breakdown.problems)
        ],
    }


def show_content(page: Understood) -> None:
    """What a page says, as an outline."""
    from lpdeck.pages import as_json

    painter = _painter()
    content = as_json(page.conclusion.content)
    _head(page, painter, title_of(content["principles"]) if content["principles"] else "principle unclear")
    for name, value in content.items():
        if name not in ("format", "principles"):
            out("")
            out(painter.style(name.replace("_", " "), "bold"))
            for line in _outline(value):
                out(cut(f"  {shown(line)}", painter.width))
    _show_problems(list(page.reading.problems), painter)


def _outline(value: Any, indent: str = "") -> list[str]:
    if isinstance(value, dict):
        lines = []
        for name, item in value.items():
            inner = _outline(item)
            single = len(inner) == 1 and not isinstance(item, (list, dict))
            lines += [f"{indent}{name}: {inner[0]}"] if single else [f"{indent}{name}:", *_outline(item, indent + "  ")]
        return lines
    if isinstance(value, list):
        lines = []
        for item in value:
            inner = _outline(item)
            lines += [f"{indent}- {inner[0]}", *(f"{indent}  {line}" for line in inner[1:])] if inner else []
        return lines or [f"{indent}none"]
    return [f"{indent}{'none' if value is None else str(value)}"]


def _painter() -> Painter:
    return Painter(width=width(), colour=colour())
