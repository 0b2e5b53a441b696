"""The chat in the browser: `claim` finds out if its port is free, `launch` serves the page until the user stops it."""

from rag.web.serve import claim, launch

__all__ = ["claim", "launch"]
