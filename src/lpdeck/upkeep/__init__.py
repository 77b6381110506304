"""Keeping a home whole: backups, what became of two computers, and what is wrong with its files."""
