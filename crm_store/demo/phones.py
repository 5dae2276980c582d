"""Made-up mobile numbers, and the ways in which people type them."""

from collections.abc import Iterable

from crm_store.demo.chance import Chance

MAINLAND = (
    "130 131 132 133 135 136 137 138 139 150 151 152 153 155 156 157 158 159 166 173 175 176 177 "
    "178 180 181 182 183 185 186 187 188 189 191 193 195 198 199"
)
"""Prefixes of mainland mobile numbers all of whose numbers can exist."""
HONG_KONG = "61 63 64 65 69 94 96 97"

_PREFIXES = {"+86": tuple(MAINLAND.split()), "+852": tuple(HONG_KONG.split())}
_LENGTHS = {"+86": 11, "+852": 8}
_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
_MESSY_SHARE = 0.3


class PhoneBook:
    """Hands out numbers in E.164, each once."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._taken: set[str] = set()

    def reserve(self, numbers: Iterable[str]) -> None:
        """Take numbers out of circulation."""
        self._taken.update(numbers)

    def number(self, country: str = "+86") -> str:
        """Return a new number of the country code ``+86`` or ``+852``."""
        while True:
            prefix = self._chance.pick(_PREFIXES[country])
            number = country + prefix + self._chance.digits(_LENGTHS[country] - len(prefix))
            if number not in self._taken:
                self._taken.add(number)
                return number

    def slip(self, number: str) -> str:
        """Return the number with one of its last six digits wrong: nobody else's number."""
        while True:
            at = len(number) - self._chance.randint(1, 6)
            wrong = number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]
            if wrong not in self._taken:
                self._taken.add(wrong)
                return wrong
            number = wrong


def typed(number: str, chance: Chance, *, messy: float = _MESSY_SHARE) -> str:
    """Return an E.164 number as somebody might have typed it; the digits are right."""
    if number.startswith("+852"):
        local = number[4:]
        return chance.pick((f"+852 {local[:4]} {local[4:]}", number))
    local = number.removeprefix("+86")
    if not chance.happens(messy):
        return local
    return chance.pick(
        (
            number,
            f"+86 {local[:3]} {local[3:7]} {local[7:]}",
            f"{local[:3]}-{local[3:7]}-{local[7:]}",
            f"{local[:3]} {local[3:7]} {local[7:]}",
            f"{local[:4]} {local[4:]}",
            local.translate(_FULL_WIDTH),
        )
    )
