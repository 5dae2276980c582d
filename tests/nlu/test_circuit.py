"""The circuit breaker, by example and by every sequence of events that Hypothesis can think of."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from nlu.circuit import CircuitBreaker, CircuitState


def opened(at: float = 0.0) -> CircuitBreaker:
    breaker = CircuitBreaker(failures=2, pause_seconds=10, longest_pause_seconds=25)
    for _ in range(2):
        assert breaker.admit(at)
        breaker.failed(at)
    return breaker


def test_it_opens_after_failures_in_a_row_and_not_before() -> None:
    breaker = CircuitBreaker(failures=2)
    breaker.failed(0)
    breaker.succeeded()
    breaker.failed(0)
    assert breaker.state(0) is CircuitState.CLOSED
    breaker.failed(0)
    assert breaker.state(0) is CircuitState.OPEN


def test_after_the_pause_one_call_may_try() -> None:
    breaker = opened()
    assert not breaker.admit(9.9)
    assert breaker.admit(10)
    assert not breaker.admit(10)
    breaker.succeeded()
    assert breaker.admit(10)
    assert breaker.admit(10)


def test_each_failed_try_doubles_the_pause_up_to_the_longest() -> None:
    breaker = opened()
    now = 0.0
    for pause in (10, 20, 25, 25):
        assert not breaker.admit(now + pause - 0.1)
        now += pause
        assert breaker.admit(now)
        breaker.failed(now)


def test_a_try_that_its_caller_gives_up_leaves_the_next_one_free() -> None:
    breaker = opened()
    assert breaker.admit(10)
    breaker.abandoned()
    assert breaker.admit(10)


def test_a_call_from_before_that_fails_late_does_not_prolong_the_pause() -> None:
    breaker = opened()
    breaker.failed(9)
    assert breaker.admit(10)


class AnySequence(RuleBasedStateMachine):
    """Calls begin, end in any way and at any time; what must hold always holds."""

    FAILURES, PAUSE, LONGEST = 3, 4.0, 16.0

    def __init__(self) -> None:
        super().__init__()
        self.breaker = CircuitBreaker(
            failures=self.FAILURES, pause_seconds=self.PAUSE, longest_pause_seconds=self.LONGEST
        )
        self.now = 0.0
        self.running = 0
        self.in_a_row = 0

    @rule(seconds=st.floats(0, 20))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def call(self) -> None:
        before = self.breaker.state(self.now)
        admitted = self.breaker.admit(self.now)
        if before is CircuitState.CLOSED:
            assert admitted
        if before is CircuitState.OPEN:
            assert not admitted
        self.running += admitted

    @precondition(lambda self: self.running)
    @rule()
    def succeed(self) -> None:
        self.running -= 1
        self.in_a_row = 0
        self.breaker.succeeded()
        assert self.breaker.state(self.now) is CircuitState.CLOSED

    @precondition(lambda self: self.running)
    @rule()
    def fail(self) -> None:
        self.running -= 1
        self.in_a_row += 1
        self.breaker.failed(self.now)
        if self.in_a_row < self.FAILURES:
            assert self.breaker.state(self.now) is CircuitState.CLOSED
        else:
            assert self.breaker.state(self.now) is not CircuitState.CLOSED

    @precondition(lambda self: self.running)
    @rule()
    def give_up(self) -> None:
        before = self.breaker.state(self.now)
        self.running -= 1
        self.breaker.abandoned()
        assert self.breaker.state(self.now) is before

    @invariant()
    def nobody_is_shut_out_for_ever(self) -> None:
        assert self.breaker.state(self.now + self.LONGEST) is not CircuitState.OPEN


TestAnySequence = AnySequence.TestCase
