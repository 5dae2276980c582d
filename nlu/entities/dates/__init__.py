"""Dates and ranges of dates in Chinese and English, read from the day they were written.

Where the words leave a choice: a week starts on Monday; a bare weekday is the next one, today
included; a date without its year is the one nearest to today; "the 15th" without its month is the
next one; the last n days and months end today.
"""

from nlu.entities.dates.find import find_dates

__all__ = ["find_dates"]
