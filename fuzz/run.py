"""Runs the targets: coverage-guided with atheris, blindly from what that reached, or the kept corpus alone.

    python fuzz/run.py [TARGET ...] [--runs 100000] [--keep]     guided, one target after the other
    python fuzz/run.py [TARGET ...] --blind [--seed 1]           changes of what was reached, without atheris: faster
    python fuzz/run.py --check [FILE ...]                        the kept corpus, or these files of TARGET/NAME

What is found goes to build/fuzz/TARGET/found: one file for each place that an exception came from, and the inputs that
took longer than a second. A run goes on after a finding. It ends with exit code 1 where there was any.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import re
import subprocess
import sys
import time
import traceback
from collections.abc import Iterable, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "src")]

KEPT = HERE / "corpus"
WORK = HERE.parent / "build" / "fuzz"
RUNS = 100_000
SLOW_S = 1.0
"""How long (seconds of the processor) one input may take, instrumented or not."""
HUNG_S = 20
"""When libFuzzer ends a run whose input never comes back."""
MEMORY_MB = 500
KEPT_BYTES = 14_000
"""How much of each target's corpus is kept (bytes)."""


def main() -> int:
    """What the command line asks for; the exit code."""
    options = _options()
    if options.child:
        _fuzz(options.targets[0], options.runs, options.seed)
        return 0
    if options.check:
        return _check(options.targets)
    from targets import TARGETS

    if options.sample:
        for name in options.targets or TARGETS:
            _keep(name)
        return 0
    run = _blind if options.blind else _guided
    done = [run(name, options) for name in options.targets or TARGETS]
    return int(any(done))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--runs", type=int, default=RUNS, help="inputs for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--blind", action="store_true", help="change what was reached, and watch no coverage")
    parser.add_argument("--keep", action="store_true", help="keep the smallest part of what was reached in fuzz/corpus")
    parser.add_argument("--sample", action="store_true", help="only keep a part of what the last run reached")
    parser.add_argument("--check", action="store_true", help="only run the kept corpus, without atheris")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


# Guided


def _guided(name: str, options: argparse.Namespace) -> bool:
    """One target in a process of its own; whether something was found."""
    import seeds

    corpus = WORK / name / "corpus"
    seeds.write(name, corpus)
    for kept in _files(KEPT / name):
        (corpus / kept.name).write_bytes(kept.read_bytes())
    log = WORK / name / "log"
    began = time.monotonic()
    with open(log, "wb") as out:
        command = [sys.executable, __file__, name, "--child", f"--runs={options.runs}", f"--seed={options.seed}"]
        code = subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, check=False).returncode
    lasting = [path for path in _files(WORK / name / "found") if _lasts(name, path)]
    count = _inputs(log.read_text("utf-8", "replace"))
    print(f"{name:<10} {count:>9,} inputs {time.monotonic() - began:>7.0f} s   exit code {code}", flush=True)
    for path in lasting:
        print(f"           found: {path}", flush=True)
    if options.keep:
        _keep(name)
    return bool(lasting or code)


def _inputs(log: str) -> int:
    """How many inputs a run tried, by what libFuzzer wrote: its sum, or its last line where it did not come to one."""
    sums = re.findall(r"number_of_executed_units: *(\d+)", log) or re.findall(r"^#(\d+)", log, re.M)
    return int(sums[-1]) if sums else 0


def _fuzz(name: str, runs: int, seed: int) -> None:
    """Runs a target under atheris, which does not return."""
    import atheris

    with atheris.instrument_imports(include=["lpdeck", "tomllib"]):
        import targets
    import seeds

    folder = WORK / name
    words = folder / "words"
    words.write_text("".join(f"{_quoted(word)}\n" for word in seeds.words(name)), encoding="ascii")
    watched = Watched(name, targets.TARGETS[name], folder)
    arguments = [
        *(sys.argv[0], f"-runs={runs}", f"-seed={seed}", f"-max_len={targets.LONGEST}", f"-timeout={HUNG_S}"),
        *(f"-rss_limit_mb={MEMORY_MB}", f"-dict={words}", f"-artifact_prefix={folder}/", "-print_final_stats=1"),
        str(folder / "corpus"),
    ]
    mutator = seeds.mutator(name, lambda data, longest: atheris.Mutate(data, longest))
    atheris.Setup(arguments, watched, **({"custom_mutator": mutator} if mutator else {}))
    atheris.Fuzz()


def _blind(name: str, options: argparse.Namespace) -> bool:
    """Changes what guided runs reached, in this process; whether something was found."""
    import seeds
    from targets import LONGEST, TARGETS

    _limit_memory()
    seeds.write(name, WORK / name / "corpus")
    known = [path.read_bytes() for folder in (WORK / name / "corpus", KEPT / name) for path in _files(folder)]
    chance, watched = random.Random(options.seed), Watched(name, TARGETS[name], WORK / name)
    words, began = [word.encode() for word in seeds.words(name)], time.monotonic()

    def change(data: bytes, longest: int) -> bytes:
        return changed(data, chance, words, known)[:longest]

    inside = seeds.mutator(name, change)
    for number in range(options.runs):
        data = chance.choice(known)
        watched(inside(data, LONGEST, options.seed + number) if inside else change(data, LONGEST))
    print(f"{name:<10} {options.runs:>9,} inputs {time.monotonic() - began:>7.0f} s   blind, {watched.count} findings")
    return watched.count > 0


def changed(data: bytes, chance: random.Random, words: Sequence[bytes], others: Sequence[bytes]) -> bytes:
    """An input with up to eight changes: bytes and stretches altered, doubled, cut, or taken from another input."""
    new = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at, other = chance.randint(0, len(new)), chance.choice(others)
        start, length = chance.randint(0, len(other)), int(2 ** chance.uniform(0, 10))
        match chance.randrange(6):
            case 0 if new:
                new[at % len(new)] = chance.randrange(256)
            case 1:
                new[at:at] = chance.choice(words)
            case 2:
                new[at:at] = other[start : start + length]
            case 3:
                new[at : at + length] = other[start : start + length]
            case 4:
                new[at:at] = new[at : at + length] * chance.randint(1, 4)
            case _:
                del new[at : at + length]
    return bytes(new)


def _quoted(word: str) -> str:
    return '"' + "".join(f"\\x{byte:02X}" for byte in word.encode()) + '"'


class Watched:
    """A target that writes down what it finds and goes on, one file for each place that an exception came from."""

    def __init__(self, name: str, target: object, folder: Path) -> None:
        self._target = target
        self._folder = folder
        self.count = 0
        (folder / "found").mkdir(parents=True, exist_ok=True)

    def __call__(self, data: bytes) -> None:
        """Tries one input."""
        began = time.process_time()
        try:
            self._target(data)  # type: ignore[operator]
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)[-3:]
            place = "|".join([type(error).__name__, *(f"{frame.filename}:{frame.lineno}" for frame in frames)])
            self._write(f"crash-{hashlib.sha1(place.encode()).hexdigest()[:12]}", data)
        if time.process_time() - began > SLOW_S:
            self._write(f"slow-{hashlib.sha1(data).hexdigest()[:12]}", data)

    def _write(self, name: str, data: bytes) -> None:
        self.count += 1
        path = self._folder / "found" / name
        if not path.exists() or len(data) < path.stat().st_size:
            path.write_bytes(data)


def _lasts(name: str, path: Path) -> bool:
    """Whether a finding is one without instrumentation too, by a process of its own."""
    command = [sys.executable, __file__, "--check", f"{name}={path}"]
    return subprocess.run(command, capture_output=True, check=False).returncode != 0


def _keep(name: str) -> None:
    """Brings fuzz/corpus to a sample of the inputs that reached something new, the smaller ones rather."""
    import seeds

    kept = KEPT / name
    kept.mkdir(parents=True, exist_ok=True)
    room = KEPT_BYTES
    chosen: set[str] = set()
    for path in sorted(_files(WORK / name / "corpus"), key=lambda path: name_of(path.read_bytes())):
        data = path.read_bytes()
        if len(data) <= min(room, KEPT_BYTES // 4) and name_of(data) not in chosen and not seeds.is_seed(name, path):
            room -= len(data)
            chosen.add(name_of(data))
            (kept / name_of(data)).write_bytes(data)
    for path in _files(kept):
        if path.name not in chosen and not path.name.startswith("found-"):
            path.unlink()


def name_of(data: bytes) -> str:
    """The name of an input in the corpus."""
    return hashlib.sha1(data).hexdigest()[:12]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


# The corpus alone


def _check(named: Sequence[str]) -> int:
    """Runs the kept corpus, or `TARGET=FILE`, within time and memory; the exit code."""
    from targets import TARGETS

    _limit_memory()
    inputs = [_named(one) for one in named] if named else list(_corpus(TARGETS))
    failed = 0
    for name, path in inputs:
        began = time.process_time()
        try:
            TARGETS[name](path.read_bytes())
        except Exception:
            traceback.print_exc()
            print(f"{name}: {path}", flush=True)
            failed += 1
        if time.process_time() - began > SLOW_S:
            print(f"{name}: {path} took {time.process_time() - began:.1f} s", flush=True)
            failed += 1
    print(f"{len(inputs)} inputs, {failed} findings")
    return int(failed > 0)


def _named(text: str) -> tuple[str, Path]:
    name, _, path = text.partition("=")
    return name, Path(path)


def _corpus(names: Iterable[str]) -> Iterable[tuple[str, Path]]:
    return ((name, path) for name in names for path in _files(KEPT / name))


def _limit_memory() -> None:
    """Ends this process with a MemoryError beyond what a reader may take; not on systems without such a limit."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_MB << 20, resource.RLIM_INFINITY))


if __name__ == "__main__":
    sys.exit(main())
