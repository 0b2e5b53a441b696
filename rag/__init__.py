"""Questions of paper abstracts, answered with every sentence cited to the sentence that backs it."""

__version__ = "0.4.0"
