"""All sections of the policies file."""

from bot.policies.returns import Returns
from bot.policies.section import Section


class Policies(Section):
    """The house's rules, as the file states them."""

    returns: Returns
