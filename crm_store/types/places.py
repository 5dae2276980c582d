"""Where somebody lives or has parcels sent."""

from dataclasses import dataclass

SEPARATOR = "/"
AREA = ("province", "city", "district")
"""Parts of a place, and columns of a member."""


@dataclass(frozen=True, slots=True)
class Place:
    """An address taken apart; parts that the text does not tell are empty."""

    province: str = ""
    city: str = ""
    district: str = ""
    line: str = ""
    """What follows: road, house, flat."""

    @classmethod
    def of_region(cls, region: str) -> "Place":
        """Read what `region` wrote."""
        return cls(*region.split(SEPARATOR))

    @property
    def region(self) -> str:
        """Province, city and district as a profile keeps them: ``浙江省/杭州市/西湖区``."""
        parts = (part.replace(SEPARATOR, " ") for part in self._area)
        return SEPARATOR.join(parts).rstrip(SEPARATOR)

    @property
    def area(self) -> str:
        """Province, city and district for reading; a municipality is named once."""
        return " ".join(dict.fromkeys(part for part in self._area if part))

    @property
    def text(self) -> str:
        """The whole address on one line."""
        return " ".join(part for part in (self.area, self.line) if part)

    @property
    def _area(self) -> tuple[str, str, str]:
        return self.province, self.city, self.district


NOWHERE = Place()
