"""What can go wrong here, in words an operator can act on."""


class KnowledgeError(Exception):
    """Base of this leaf's errors; the message names the file or model concerned."""


class EmbedderUnavailable(KnowledgeError):  # noqa: N818 - says what is so, as the index errors do
    """The model named by the configuration cannot be loaded."""


class IndexMissing(KnowledgeError):  # noqa: N818
    """No index has been built in this folder."""


class IndexStale(KnowledgeError):  # noqa: N818
    """The index was built for other products, another embedder or another format."""


class IndexCorrupt(KnowledgeError):  # noqa: N818
    """A file of the index is missing or not what was written."""
