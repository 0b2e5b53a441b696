"""The chat in the browser: `launch` serves the page for a loaded `rag.chat.Chat` until the user stops it."""

from rag.ui.serve import launch

__all__ = ["launch"]
