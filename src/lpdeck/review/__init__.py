"""A sitting: what is asked in which order, what an answer does, and the loop that asks it of whoever answers."""
