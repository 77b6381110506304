"""Flashcards from interview-preparation pages, asked on the day FSRS says they are about to be forgotten."""

__version__ = "0.1.0"
