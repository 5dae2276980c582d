"""What the store refuses, and why. Messages are fit to be shown to a user of the command line."""


class StoreError(Exception):
    """Base of everything the store raises on purpose."""


class NotPermittedError(StoreError):
    """The actor may not do or see this. Carries no hint whether the thing exists."""


class NotFoundError(StoreError):
    """The thing does not exist (raised to actors that may know so)."""


class ConflictError(StoreError):
    """Somebody else changed it first: a lost lease, a stale epoch, a claim already taken."""


class OutOfStockError(ConflictError):
    """Fewer units are free than were wanted."""


class InvalidRecordError(StoreError):
    """A record is malformed. The message names the field and what was expected."""


class DatabaseURLError(StoreError):
    """The database URL is malformed or names a database that is not supported."""


class SchemaError(StoreError):
    """The database is not at the revision that this program needs."""


class VaultError(StoreError):
    """A key is malformed, or a stored value cannot be decrypted with the keys at hand."""


class SourceFileError(StoreError):
    """A file, or the mapping that describes it, cannot be read as that source at all."""


class RulesError(StoreError):
    """A file of rules (loyalty, survivors, segments) cannot be used. Names file and key."""


class InsufficientPointsError(StoreError):
    """A member has fewer points than a booking would take; ``balance`` says how many."""

    def __init__(self, balance: int) -> None:
        super().__init__(f"only {balance} points are left")
        self.balance = balance


class ResolutionError(StoreError):
    """Identity resolution cannot run here."""


class NotErasedError(StoreError):
    """Something personal was left; the erasure was taken back as a whole."""
