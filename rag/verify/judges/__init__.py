"""Judges decide what the rules cannot: whether what a sentence cites states all of it."""
