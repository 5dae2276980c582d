"""What all engines share that read a message for another engine, which then understands it."""

from collections.abc import Iterator

from nlu.figures import Figure, figures_of
from nlu.ports import NluEngine


class EngineAround:
    """The names and figures of an `NluEngine` are those of the engine inside."""

    def __init__(self, engine: NluEngine) -> None:
        self._engine = engine

    @property
    def fingerprint(self) -> str:
        """Names the model."""
        return self._engine.fingerprint

    @property
    def intents(self) -> frozenset[str]:
        """Every intent the model was trained on."""
        return self._engine.intents

    def figures(self) -> Iterator[Figure]:
        """Those of the engine inside."""
        return figures_of(self._engine)
