"""Can the structure of a written sentence be followed in the sentences that it cites?

Each sentence becomes a graph: its content words, and how they depend on each other. The words of the written sentence
are aligned with those of the cited ones, and each of its relations must be one of theirs.
"""
