"""A circuit breaker: who fails again and again is left alone for a while. Pure; time is passed in.

Closed: calls go through. After some failures in a row it opens: none do, for a pause. Then one
call may try (half open); when it succeeds the breaker closes, when it fails the pause is doubled.
(M. Nygard, "Release It!".)
"""

from enum import StrEnum


class CircuitState(StrEnum):
    """Whether calls go through."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class CircuitBreaker:
    """Every call that was admitted is reported as succeeded, failed or abandoned."""

    def __init__(
        self,
        *,
        failures: int = 3,
        pause_seconds: float = 2.0,
        longest_pause_seconds: float = 60.0,
    ) -> None:
        """It opens after `failures` in a row; the pause doubles up to `longest_pause_seconds`."""
        self._failures_allowed = failures
        self._first_pause = pause_seconds
        self._longest_pause = longest_pause_seconds
        self._failures = 0
        self._pause = pause_seconds
        self._opened_at: float | None = None
        self._trying = False

    def state(self, now: float) -> CircuitState:
        """The state at `now`, in seconds of any clock that does not go back."""
        if self._opened_at is None:
            return CircuitState.CLOSED
        over = now - self._opened_at >= self._pause
        return CircuitState.HALF_OPEN if over else CircuitState.OPEN

    def admit(self, now: float) -> bool:
        """Whether a call may go through now; half open, one at a time."""
        match self.state(now):
            case CircuitState.CLOSED:
                return True
            case CircuitState.OPEN:
                return False
            case CircuitState.HALF_OPEN:
                admitted = not self._trying
                self._trying = True
                return admitted

    def succeeded(self) -> None:
        """An admitted call succeeded: whoever answers is well again."""
        self._failures = 0
        self._pause = self._first_pause
        self._opened_at = None
        self._trying = False

    def failed(self, now: float) -> None:
        """An admitted call failed."""
        if self._opened_at is None:
            self._failures += 1
            if self._failures >= self._failures_allowed:
                self._opened_at = now
        elif self._trying and self.state(now) is CircuitState.HALF_OPEN:
            self._pause = min(self._pause * 2, self._longest_pause)
            self._opened_at = now
            self._trying = False
        # A call from before the opening that fails late says nothing new.

    def abandoned(self) -> None:
        """An admitted call was given up by its caller and says nothing about the other side."""
        self._trying = False
