"""Cards and deck files: what a page offers, who a card is, how an import meets the learner's edits."""
