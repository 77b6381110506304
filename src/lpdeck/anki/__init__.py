"""To Anki and back: note types, the writer of packages, and what is read from them again."""
