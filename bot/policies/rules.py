"""All sections of the policies file."""

from bot.policies.membership import Membership
from bot.policies.compensation import Compensation
from bot.policies.complaints import Complaints
from bot.policies.moods import Moods
from bot.policies.notices import Notices
from bot.policies.returns import Returns
from bot.policies.section import Section
from bot.policies.surveys import Surveys
from bot.policies.verification import Verification


class Policies(Section):
    """The house's rules, as the file states them."""

    returns: Returns
    verification: Verification
    membership: Membership
    moods: Moods
    complaints: Complaints
    compensation: Compensation
    surveys: Surveys
    notices: Notices
