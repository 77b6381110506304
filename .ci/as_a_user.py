"""What a user does with the installed program: import a page, answer cards on a pseudo-terminal, read the progress."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pexpect

PAGES = Path(__file__).parent.parent / "tests" / "data" / "pages"


def main(program: str) -> None:
    """Goes through it and stops at the first thing that is not as promised."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LPDECK_HOME"] = f"{folder}/home"
        os.chdir(folder)
        starters(program)
        os.environ["LPDECK_HOME"] = f"{folder}/other"
        imported(program)
    print("1 passed, 0 failed")


def lpdeck(program: str, *arguments: str) -> str:
    """The output of a command that must succeed."""
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def starters(program: str) -> None:
    """A new home asks with which principles to begin, takes all, and the first card shows."""
    answer_two_cards(program, "Enter takes all 16")
    assert progress(program)["total"]["new"] == progress(program)["total"]["cards"] - 2


def imported(program: str) -> None:
    """A page becomes cards; the answers given stand in the progress."""
    data = json.loads(lpdeck(program, "import", str(PAGES / "ownership.txt"), "--json"))
    assert len(data["pages"][0]["changes"]["added"]) >= 25, data
    before = progress(program)["total"]
    answer_two_cards(program)
    after = progress(program)["total"]
    assert after["new"] == before["new"] - 2, (before, after)
    assert after["learning"] == 2, after
    assert lpdeck(program, "check").endswith("0 errors, 0 warnings\n")


def answer_two_cards(program: str, first: str = "") -> None:
    """Shows two follow-ups, chooses in their duels and rates them as a learner does, and leaves.

    `first` is a question before them that Enter answers.
    """
    terminal = pexpect.spawn(
        program, ["review", "kind:follow-up", "--new", "5"], dimensions=(24, 80), encoding="utf-8", timeout=30
    )
    if first:
        terminal.expect(first)
        terminal.send("\r")
    for left in ("5 new", "4 new"):
        terminal.expect(left)
        terminal.expect("show")
        terminal.send(" ")
        terminal.expect("Which answer")
        terminal.expect("choose")
        terminal.send("a")
        terminal.expect("You chose")
        terminal.expect("good")
        terminal.send("3")
    terminal.expect("3 new")
    terminal.send("q")
    terminal.expect("2 answers")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 0, terminal.exitstatus


def progress(program: str) -> dict:
    """`lpdeck progress --json`."""
    return json.loads(lpdeck(program, "progress", "--json"))


if __name__ == "__main__":
    main(sys.argv[1])
