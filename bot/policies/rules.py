"""All sections of the policies file."""

from bot.policies.cancelling import Cancelling
from bot.policies.changes import Changes
from bot.policies.compensation import Compensation
from bot.policies.complaints import Complaints
from bot.policies.exchanges import Exchanges
from bot.policies.feedback import Feedback
from bot.policies.invoices import Invoices
from bot.policies.membership import Membership
from bot.policies.moods import Moods
from bot.policies.notices import Notices
from bot.policies.payments import Payments
from bot.policies.pickup import Pickup
from bot.policies.refunds import Refunds
from bot.policies.returns import Returns
from bot.policies.section import Section
from bot.policies.surveys import Surveys
from bot.policies.verification import Verification
from bot.policies.warranty import Warranty


class Policies(Section):
    """The house's rules, as the file states them."""

    returns: Returns
    exchanges: Exchanges
    changes: Changes
    cancelling: Cancelling
    refunds: Refunds
    invoices: Invoices
    payments: Payments
    warranty: Warranty
    pickup: Pickup
    verification: Verification
    membership: Membership
    moods: Moods
    complaints: Complaints
    compensation: Compensation
    feedback: Feedback
    surveys: Surveys
    notices: Notices
