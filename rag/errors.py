"""The exceptions that a user may see. Each message is one line: what is wrong, where, and the next command to type."""


class RagError(Exception):
    """An error that the user can act on. The command line prints its message and exits with status 1."""


class SettingsError(RagError):
    """A setting is unknown or its value is out of range."""


class SourceError(RagError):
    """The papers to read are missing, or contain nothing readable."""


class FetchError(RagError):
    """A service of papers cannot be reached, refuses, or sends what cannot be read; or its papers cannot be written."""


class StoreError(RagError):
    """There is no index, or it is damaged, locked, or was built with other settings."""


class NoIndexError(StoreError):
    """There is no index yet."""


class IndexingError(NoIndexError):
    """There is no index to search yet, and one is being built."""


class DamageError(StoreError):
    """The index is damaged, and can be repaired."""


class EmbeddingError(StoreError):
    """The index was built with another embedding than the settings name."""


class BusyError(StoreError):
    """The index is being changed by somebody else."""


class KeepingError(StoreError):
    """What users leave beside the index (ratings, saved questions, sessions) cannot be read or kept."""


class StoppedError(RagError):
    """Somebody stopped a change of the index, which is as it was before."""


class ModelError(RagError):
    """An embedding model or LLM is not installed, cannot be reached, or returned nothing usable."""


class ClosingError(RagError):
    """The chat is being stopped, so what is asked of it ends before it is answered."""


class ClusterError(RagError):
    """A Ray cluster cannot be reached, or cannot do what it is asked to."""


class ReplyError(ModelError):
    """An LLM answers, but its reply cannot be used for what it was asked; for something else it may do."""


class QuestionError(RagError):
    """A question, or a file of questions, cannot be read."""


class ConversationError(RagError):
    """A saved conversation does not exist, belongs to another user, or cannot be read or written."""


class AccessError(RagError):
    """A visitor of the chat may not do this, or has to sign in first."""


class UnknownConversationError(ConversationError):
    """There is no such conversation, or it belongs to another user."""


class ConversationFileError(ConversationError):
    """The file of the conversations cannot be read or written."""
