"""The plan for an interview: what an evening asks, what the learner's time is, and what will be known on the day."""
