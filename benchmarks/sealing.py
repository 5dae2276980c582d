"""What encryption at rest costs a turn: `python -m benchmarks.sealing`.

Seals and opens the values that one turn writes and reads (two texts, two payloads, a parse, the
dialogue state before and after, a conversation's key), against the JSON round trip that the same
values take anyway. Counts processor time, so that a busy machine tells the same.
"""

import json
from collections.abc import Callable
from time import process_time

from crm_store.vault import Vault

ROUNDS = 2_000
TEXTS = ("我上周买的面霜到哪里了，手机尾号8000", "您的订单已于昨天发出，预计明天送达。" * 3)
OBJECTS = (
    {"title": "查物流"},
    {"cards": [{"title": "保湿面霜", "lines": ["已发出", "顺丰 SF1"]}] * 2, "buttons": []},
    {
        "intent_ranking": [{"name": f"intent_{n}", "confidence": 0.1} for n in range(10)],
        "entities": [{"entity": "phone_tail", "value": "8000", "start": 14, "end": 18}],
    },
    {"last_skill": "order_status", "slots": {"order_number": "O2026-1"}},
    {"last_skill": "order_status", "slots": {"order_number": "O2026-1", "phone_tail": "8000"}},
)


def main() -> None:
    """Print the cost of a turn with and without encryption."""
    vault = Vault([Vault.new_key()], Vault.new_key())
    plain = _timed(_round_trip)
    sealed = _timed(lambda: _sealed_round_trip(vault))
    print(f"a turn's values, JSON alone   {plain * 1e6:7.1f} µs")
    print(f"a turn's values, sealed       {sealed * 1e6:7.1f} µs")
    print(f"difference                    {(sealed - plain) * 1e3:7.3f} ms a turn")


def _timed(work: Callable[[], None]) -> float:
    started = process_time()
    for _ in range(ROUNDS):
        work()
    return (process_time() - started) / ROUNDS


def _round_trip() -> None:
    for value in OBJECTS:
        json.loads(json.dumps(value, ensure_ascii=False))


def _sealed_round_trip(vault: Vault) -> None:
    for value in OBJECTS:
        json.loads(vault.decrypt(vault.encrypt(json.dumps(value, ensure_ascii=False))))
    for text in TEXTS:
        vault.decrypt(vault.encrypt(text))
    vault.open_key("conversations", vault.seal_key("conversations", "99887766"))


if __name__ == "__main__":
    main()
