"""What the registry says when it cannot go on."""


class RegistryError(RuntimeError):
    """The store, the records and the folders cannot be brought together; the message says why and how to mend it."""
