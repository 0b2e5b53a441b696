"""Grading: a language model says of each of the best papers whether it answers the question."""
