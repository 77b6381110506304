"""The deck files: the index of them, what is wrong in them, and copies that a synced folder left beside them."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from lpdeck.deck.toml import DeckFile
from lpdeck.errors import DeckError, HomeError, LpdeckError
from lpdeck.upkeep.conflicts import Conflict, conflicts
from lpdeck.upkeep.finding import Finding, Patient, several, some
from lpdeck.upkeep.rebuilding import aside

MOST_TOLD = 5
"""So many mistakes of a deck are told; `lpdeck check` lists all."""


def index(patient: Patient) -> list[Finding]:
    """Whether the index says what a fresh reading of the files gives."""
    from lpdeck.store.checking import connected, index_apart

    assert patient.copy is not None
    with connected(patient.copy) as connection:
        apart = index_apart(connection, patient.home.decks, set(_doubled(patient)))
    if not apart:
        return []
    what = f"the index is not as the files of {several(len(apart), 'deck')} say: {some(apart)}"
    return [Finding(what, "The files are the truth: lpdeck doctor --fix reads them again.", None, _indexed)]


def _indexed(patient: Patient) -> str:
    from lpdeck.store.checking import index_anew
    from lpdeck.store.schema import open_engine, transaction

    with transaction(open_engine(patient.home), patient.home) as connection:
        index_anew(connection, patient.home.decks)
    return "read all deck files again"


def decks(patient: Patient) -> list[Finding]:
    """What is wrong in deck files and between them."""
    found = _gone(patient)
    for path, read in patient.decks.items():
        if isinstance(read, DeckError):
            found.append(_broken(patient, path, read.problem, read.line))
        else:
            found += _mistakes(path, read)
    return [*found, *_between(patient), *_clashes(patient), *_cut_off(patient)]


def _gone(patient: Patient) -> list[Finding]:
    """The folder of decks is missing, though the index knows decks."""
    folder = patient.home.decks
    if folder.is_dir() or not patient.known:
        return []
    what = f"the folder {folder} is missing; the index knows {several(len(patient.known), 'deck')}"
    advice = "Put it back; or lpdeck restore takes decks from a backup; or make it anew and empty, to begin without."
    return [Finding(what, advice, folder)]


def _mistakes(path: Path, read: DeckFile) -> Iterator[Finding]:
    errors = [problem for problem in read.problems if not problem.warning]
    for problem in errors[:MOST_TOLD]:
        card = f' card "{problem.card}":' if problem.card else ""
        yield Finding(f"decks/{path.name}:{problem.line}:{card} {problem.what}", problem.advice, path)
    if len(errors) > MOST_TOLD:
        yield Finding(f"decks/{path.name}: {len(errors) - MOST_TOLD} more", "lpdeck check lists them.", path)


def _places(patient: Patient) -> dict[str, list[Path]]:
    """The decks in which each card stands."""
    found: dict[str, list[Path]] = {}
    for path, read in patient.decks.items():
        if isinstance(read, DeckFile):
            for card in read.deck.cards:
                found.setdefault(card.id, []).append(path)
    return found


def _doubled(patient: Patient) -> dict[str, list[Path]]:
    """The cards that stand in two decks."""
    return {card: paths for card, paths in _places(patient).items() if len(paths) > 1}


def _between(patient: Patient) -> Iterator[Finding]:
    copies = {conflict.path for conflict in conflicts(patient.home)}
    pairs: Counter[tuple[Path, ...]] = Counter(
        tuple(paths) for paths in _doubled(patient).values() if not copies.intersection(paths)
    )
    for paths, count in pairs.items():
        names = " and ".join(f"decks/{path.name}" for path in paths)
        what = f"{several(count, 'card')} stand{'s' if count == 1 else ''} in {names}"
        yield Finding(what, "lpdeck check names them; delete one of the two, or give one another id.", paths[-1])


def _clashes(patient: Patient) -> Iterator[Finding]:
    """Names that are one on a disk that takes capitals and small letters, or two ways to write é, for the same."""
    alike: dict[str, list[Path]] = {}
    for path in patient.decks:
        alike.setdefault(unicodedata.normalize("NFC", path.name).casefold(), []).append(path)
    for paths in alike.values():
        if len(paths) > 1:
            names = " and ".join(path.name for path in paths)
            what = f"the names of {names} are one on many disks, and in a synced folder"
            yield Finding(what, f"lpdeck rename {paths[-1].stem} NAME", paths[-1])


# Broken files


def _broken(patient: Patient, path: Path, problem: str, line: int | None) -> Finding:
    where = f"decks/{path.name}" + (f":{line}" if line else "")
    cards = patient.known.get(path.stem, 0)
    kept = f"; its {several(cards, 'card')} stay as last read" if cards else ""
    what = f"{where}: {problem}{kept}"
    backup = _whole(patient, path.name.removesuffix(".toml"))
    if backup is None:
        advice = "Mend the file, or put back a copy; no backup has it readable."
        if cards:
            advice += f" lpdeck cards deck:{path.stem} --json prints its cards as last read: keep that first."
        return Finding(what, advice, path)
    source, text = backup
    if not adds_nothing(path.read_bytes(), text):
        advice = f"Mend the file; backups/{source.name} has it as it last was readable (decks/{path.name} in the zip)."
        return Finding(what, advice, path)
    advice = f"lpdeck doctor --fix puts it back from backups/{source.name}, which has all that is in it and more."
    return Finding(what, advice, path, partial(_put_back, path, source))


def adds_nothing(broken: bytes, whole: str) -> bool:
    """Whether every line of a broken file stands in a whole one, but for zeros and a last line that was cut."""
    lines = [line.strip() for line in broken.replace(b"\0", b"").decode("utf-8-sig", "ignore").splitlines()]
    lines = [line for line in lines if line]
    known = {line.strip() for line in whole.splitlines()}
    return all(line in known for line in lines[:-1]) and (not lines or any(one.startswith(lines[-1]) for one in known))


def _whole(patient: Patient, deck: str) -> tuple[Path, str] | None:
    """The newest backup that has a deck readable, and the deck's text."""
    from lpdeck.deck.toml import read_deck
    from lpdeck.upkeep.archive import read
    from lpdeck.upkeep.keeping import backups

    for one in backups(patient.home):
        try:
            text = read(one.path).decks[deck]
            if read_deck(text, Path(f"{deck}.toml")).deck.cards:
                return one.path, text
        except (LpdeckError, KeyError):
            continue
    return None


def _put_back(path: Path, source: Path, patient: Patient) -> str:
    from lpdeck.deck.folder import write_atomically
    from lpdeck.upkeep.archive import read

    kept = moved_aside(patient, path)
    write_atomically(path, read(source).data(f"decks/{path.name}"))
    return f"put decks/{path.name} back from backups/{source.name}; the broken file is {kept}"


def moved_aside(patient: Patient, path: Path) -> str:
    """Moves a file into a new folder in backups/; where it is then. Raises HomeError."""
    import shutil

    from lpdeck.store.hot import make_private_file

    try:
        target = aside(patient) / path.name
        make_private_file(target)
        shutil.copyfile(path, target)
        path.unlink()
    except OSError as error:
        raise HomeError(f"{path}: the file can not be moved ({error.strerror})", "Check its permissions.") from None
    return str(target.relative_to(patient.home.path))


def _cut_off(patient: Patient) -> Iterator[Finding]:
    """Decks that can be read, and are nothing but the beginning of what the newest backup has."""
    from lpdeck.upkeep.archive import manifest, read
    from lpdeck.upkeep.keeping import backups

    newest = next((one.path for one in backups(patient.home) if not one.problem), None)
    if newest is None:
        return
    files = manifest(newest).files
    for path, deck in patient.decks.items():
        member = files.get(f"decks/{path.name}")
        data = path.read_bytes()
        if isinstance(deck, DeckError) or not data or member is None or member.size <= len(data):
            continue
        try:
            is_cut = read(newest).data(f"decks/{path.name}").startswith(data)
        except LpdeckError:
            continue
        if is_cut:
            what = f"decks/{path.name} is the beginning of what backups/{newest.name} has, and nothing more"
            yield Finding(what, "If you did not shorten it, take it from there: lpdeck restore.", path, None, True)


# Copies of a synced folder


def copies(patient: Patient) -> list[Finding]:
    """Conflict copies beside decks, database and options."""
    return [_copy(patient, one) for one in conflicts(patient.home)]


def _copy(patient: Patient, one: Conflict) -> Finding:
    what = f"{one.path.relative_to(patient.home.path)} is a copy of {one.original.name} that {one.maker} made"
    if one.original == patient.home.config:
        return Finding(what, "Take from it what you want into config.toml, then move it away.", one.path)
    advice = f'lpdeck unite "{one.path}" makes one of the two; then move the copy away.'
    return Finding(what, advice, one.path, partial(_united, one))


def _united(conflict: Conflict, patient: Patient) -> str:
    from lpdeck.store.index import bring_up_to_date
    from lpdeck.store.schema import open_engine
    from lpdeck.upkeep import uniting

    home, name = patient.home, conflict.path.name
    with uniting.opened(conflict.path, home) as other:
        bring_up_to_date(open_engine(home), home)
        plan = uniting.plan_unite(home, other, patient.settings)
        done = uniting.apply(home, plan, patient.settings)
        bring_up_to_date(open_engine(home), home)
        uniting.remember(home, plan)
    if done.left:
        raise HomeError(f"{name}: {done.left[0]}", "Run it again.")
    came = f"{several(done.united.added, 'new event')}" if done.united is not None else "its cards"
    unread = f"; {several(len(other.told), 'thing')} in it could not be read" if other.told else ""
    return f"united {name} ({came}){unread}; it is {moved_aside(patient, conflict.path)} now"
