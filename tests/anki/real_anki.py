"""The real Anki, in a process of its own with a time zone of its own: told what to do a line at a time, in JSON.

The program that is tested never loads Anki. A process has one time zone from its start, since Anki's backend
reads it once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

LOG = ("new", "updated", "duplicate", "conflicting", "first_field_match", "missing_notetype", "missing_deck")


class RealAnki:
    """A process that runs Anki; `visit` makes a fresh collection, does steps in it, and tells what each led to."""

    def __init__(self, zone: str = "UTC") -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"TZ": zone},
        )

    def visit(self, *steps: Iterable[Any]) -> list[dict[str, Any]]:
        """The collection after each step.

        Steps are `("import", path)`, with "words" at the end for an import without progress, `("edit", guid, field,
        html)`, `("answer", guid, ease)`, and `("graphs",)`, whose log is what Anki's own statistics say.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([[str(word) for word in step] for step in steps]) + "\n")
        self._process.stdin.flush()
        found: list[dict[str, Any]] = json.loads(self._process.stdout.readline())
        return found

    def close(self) -> None:
        """Ends the process."""
        self._process.communicate()


def _serve() -> None:
    import anki.lang

    anki.lang.set_lang("en")
    for line in sys.stdin:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(_visit(json.loads(line), Path(folder) / "collection.anki2")), flush=True)  # noqa: T201


def _visit(steps: list[list[str]], path: Path) -> list[dict[str, Any]]:
    from anki.collection import Collection

    collection = Collection(str(path))
    collection.set_config("fsrs", True)
    seen = []
    for what, *words in steps:
        log = _STEPS[what](collection, *words) or {}
        seen.append({"log": log, **_snapshot(collection)})
    collection.close()
    return seen


def _import(collection: Any, path: str, *only: str) -> dict[str, int]:
    from anki.collection import ImportAnkiPackageOptions, ImportAnkiPackageRequest

    scheduled = "words" not in only
    options = ImportAnkiPackageOptions(with_scheduling=scheduled, with_deck_configs=scheduled)
    log = collection.import_anki_package(ImportAnkiPackageRequest(package_path=path, options=options)).log
    collection.models._clear_cache()
    return {key: len(getattr(log, key)) for key in LOG if getattr(log, key)}


def _edit(collection: Any, guid: str, name: str, value: str) -> None:
    note = collection.get_note(collection.db.scalar("select id from notes where guid = ?", guid))
    note[name] = value
    collection.update_note(note)
    collection.db.execute("update notes set mod = ? where id = ?", 2**31 - 1, note.id)  # edited after every export


def _answer(collection: Any, guid: str, ease: str) -> None:
    number = collection.db.scalar("select c.id from cards c join notes n on n.id = c.nid where n.guid = ?", guid)
    card = collection.get_card(number)
    card.start_timer()
    collection.sched.answerCard(card, int(ease))


def _graphs(collection: Any) -> dict[str, Any]:
    from google.protobuf.json_format import MessageToDict

    found = collection._backend.graphs(search="", days=0)
    told: dict[str, Any] = MessageToDict(found, always_print_fields_with_no_presence=True)
    return told


_STEPS: dict[str, Any] = {"import": _import, "edit": _edit, "answer": _answer, "graphs": _graphs}


def _snapshot(collection: Any) -> dict[str, Any]:
    cards = {}
    for number in collection.db.list("select id from cards order by id"):
        card = collection.get_card(number)
        cards[card.note().guid] = _card(collection, card)
    return {
        "cards": cards,
        "today": collection.sched.today,
        "types": _types(collection),
        "presets": _presets(collection),
    }


def _types(collection: Any) -> list[str]:
    return sorted(one.name for one in collection.models.all_use_counts() if one.use_count)


def _presets(collection: Any) -> dict[str, Any]:
    return {one["name"]: one for one in collection.decks.all_config()}


def _card(collection: Any, card: Any) -> dict[str, Any]:
    note, memory = card.note(), card.memory_state
    replayed = collection.compute_memory_state(card.id) if memory else None
    sides = card.render_output()
    rows = "select id, ease, ivl, lastIvl, factor, time, type from revlog where cid = ? order by id"
    return {
        "model": note.note_type()["name"],
        "fields": note.fields,
        "tags": note.tags,
        "note_mod": note.mod,
        "deck": collection.decks.name(card.did),
        "preset": collection.decks.config_dict_for_deck_id(card.did)["name"],
        "front": sides.question_text,
        "back": sides.answer_text,
        "sounds": len(sides.question_av_tags) + len(sides.answer_av_tags),
        "type": int(card.type),
        "queue": int(card.queue),
        "due": card.due,
        "ivl": card.ivl,
        "left": collection.db.scalar("select left from cards where id = ?", card.id),
        "reps": card.reps,
        "lapses": card.lapses,
        "flag": card.user_flag(),
        "last_s": card.last_review_time,
        "retention": card.desired_retention,
        "memory": memory and [memory.stability, memory.difficulty],
        "replayed": replayed and [replayed.stability, replayed.difficulty],
        "reviews": [list(row) for row in collection.db.execute(rows, card.id)],
    }


if __name__ == "__main__":
    _serve()
