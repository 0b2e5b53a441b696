"""The chat in the browser: `claim` checks that its port is free, `launch` serves the pages until the user stops it."""

from rag.web.serve import claim, launch

__all__ = ["claim", "launch"]
