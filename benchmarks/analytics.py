"""BG/NBD and Gamma-Gamma on CDNOW beside the published figures.

    python -m benchmarks.analytics --data FOLDER

FOLDER holds ``cdnow_customers_summary.csv`` and ``CDNOW_sample.txt``, the 1/10 sample of Fader,
Hardie and Lee 2005. Ends with code 1 when a figure differs.
"""

import argparse
import csv
import sys
import time
from collections import defaultdict
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path

import numpy as np

from crm_store.analytics import bgnbd, gamma_gamma
from crm_store.analytics.bgnbd import Array, History

PURCHASES = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
"""Table 2 of the paper."""
VALUE = {"p": 6.25, "q": 3.74, "v": 15.44}
"""Fader and Hardie, note 025, section 5."""
CALIBRATION_ENDS = date(1997, 9, 30)


def main(folder: Path) -> int:
    """Fit, print and compare."""
    started = time.perf_counter()
    purchases = asdict(bgnbd.fit(_histories(folder / "cdnow_customers_summary.csv")))
    between = time.perf_counter()
    value = asdict(gamma_gamma.fit(*_amounts(folder / "CDNOW_sample.txt")))
    ended = time.perf_counter()
    good = _compare("BG/NBD", purchases, PURCHASES, 3, between - started)
    return 0 if _compare("Gamma-Gamma", value, VALUE, 2, ended - between) and good else 1


def _histories(file: Path) -> History:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    columns = ([float(row[name]) for row in rows] for name in ("frequency", "recency", "T"))
    return History(*(np.array(column) for column in columns))


def _amounts(file: Path) -> tuple[Array, Array]:
    """Return the number and the mean value of repeat purchases, those of one day taken together."""
    bought: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for line in file.read_text(encoding="ascii").splitlines():
        _, customer, day, _, amount = line.split()
        when = datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007 - a day without a time
        if when <= CALIBRATION_ENDS:
            bought[customer][when] += float(amount)
    repeats = [[days[day] for day in sorted(days)[1:]] for days in bought.values()]
    means = [sum(one) / len(one) if one else 0.0 for one in repeats]
    return np.array([float(len(one)) for one in repeats]), np.array(means)


def _compare(
    name: str, fitted: dict[str, float], published: dict[str, float], digits: int, seconds: float
) -> bool:
    print(f"{name}, fitted in {seconds:.2f} s")
    for key, value in published.items():
        print(f"  {key:<6} {fitted[key]:.{digits + 1}f}   published {value:.{digits}f}")
    return all(round(fitted[key], digits) == value for key, value in published.items())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    sys.exit(main(parser.parse_args().data))
