"""How long texts are that are read, and that are taken for one abstract."""

MAX_CHARACTERS = 1_000_000  # of a line, a paragraph or a section: what is longer is cut, and is too long for any field
MAX_JOINED_ABSTRACT = 1_920  # of paragraphs that are one abstract: arXiv's limit for one
