"""One exception tree. Each message is one line: what is wrong, where, and the next command to type."""


class RagError(Exception):
    """A fault the user can act on. The command line prints its message and exits with 1."""


class SettingsError(RagError):
    """A setting is unknown or has a value out of range."""


class SourceError(RagError):
    """The papers to read are missing, or nothing readable is in them."""


class StoreError(RagError):
    """There is no index, it is damaged, locked, or was built with other settings."""


class ModelError(RagError):
    """An embedding model or LLM is not installed, not reachable, or gave no usable reply."""


class QuestionError(RagError):
    """A question, or a file of them, cannot be read."""


class ConversationError(RagError):
    """A kept conversation is not there, is another user's, or cannot be read or written."""
