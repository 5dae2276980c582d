"""When people shop: weekends, evenings, 11.11, 6.18 and the weeks before Spring Festival."""

from datetime import datetime, timedelta

from crm_store.demo.chance import Chance, Wheel

HISTORY_DAYS = 730
CLOSING_HOUR = 18
"""The hour of the reference day at which the files are written."""
WEEKDAYS = (0.85, 0.82, 0.85, 0.9, 1.15, 1.6, 1.5)
FESTIVALS = {
    (6, 18): 6.0,
    (11, 11): 7.0,
    (12, 12): 3.0,
    (3, 8): 2.5,
    (5, 20): 2.0,
    (2, 14): 1.8,
    (12, 25): 1.6,
}
SEASONS = (((6, 1), (6, 20), 1.7), ((11, 1), (11, 12), 2.0), ((1, 10), (2, 5), 1.4))
"""From, to (month and day, inclusive) and factor."""
GROWTH = 0.6
"""How much busier the end of the history is than its beginning."""
ONLINE_HOURS = Wheel(
    enumerate((3, 1, 0.5, 0.3, 0.3, 0.6, 1.5, 3, 4, 5, 6, 6, 7, 6, 5, 5, 5, 5, 6, 8, 10, 11, 9, 6))
)
SHOP_HOURS = Wheel(zip(range(11, 21), (5, 6, 7, 8, 9, 9, 9, 8, 9, 8), strict=True))


class Calendar:
    """Draws moments of the two years that end with the reference time."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        first = now.replace(hour=0, minute=0, second=0) - timedelta(days=HISTORY_DAYS - 1)
        days = [first + timedelta(days=number) for number in range(HISTORY_DAYS)]
        self._days = Wheel((day, _weight(day, now)) for day in days)

    def moment(self, chance: Chance, *, online: bool) -> datetime:
        """Return a time to the second, never after the reference time."""
        hours = ONLINE_HOURS if online else SHOP_HOURS
        while True:
            seconds = hours.spin(chance) * 3600 + int(chance.random() * 3600)
            moment = self._days.spin(chance) + timedelta(seconds=seconds)
            if moment < self.now:
                return moment


def _weight(day: datetime, now: datetime) -> float:
    weight = WEEKDAYS[day.weekday()] * FESTIVALS.get((day.month, day.day), 1.0)
    for start, end, factor in SEASONS:
        if start <= (day.month, day.day) <= end:
            weight *= factor
    age = (now - day).days / HISTORY_DAYS
    return weight * (1 + GROWTH * (1 - age))
