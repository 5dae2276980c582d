"""Tables of the one database; importing this package registers all of them."""

from crm_store.models.analytics import AnalyticsRunRow, MemberAnalyticsRow
from crm_store.models.appointments import AppointmentRow
from crm_store.models.base import Base
from crm_store.models.catalog import (
    ProductRow,
    PromotionRow,
    ReservationRow,
    StockRow,
    StoreRow,
    VariantRow,
)
from crm_store.models.conversations import (
    ConversationRow,
    DialogueStateRow,
    HandoffRow,
    MessageRow,
)
from crm_store.models.examples import ExampleRow
from crm_store.models.loyalty import CouponRow, PointsEntryRow, TierChangeRow
from crm_store.models.merges import MatchCandidateRow
from crm_store.models.orders import (
    CaseRow,
    OrderLineRow,
    OrderRow,
    PaymentRow,
    ShipmentEventRow,
    ShipmentRow,
)
from crm_store.models.people import AddressRow, IdentityRow, MemberRow, MergeRow, StaffRow
from crm_store.models.privacy import ChoreRow, ErasureRow, KeyRotationRow, SuppressionRow
from crm_store.models.profiles import ProfileFactRow
from crm_store.models.records import AuditRow, SourceRecordRow
from crm_store.models.relations import (
    ConsentRow,
    FollowUpRow,
    InteractionRow,
    NoteRow,
    PreferenceRow,
)
from crm_store.models.surveys import NoticeRow, SurveyRow
from crm_store.models.topics import TelegramLinkRow, TopicRow

__all__ = [
    "AddressRow",
    "AnalyticsRunRow",
    "AppointmentRow",
    "AuditRow",
    "Base",
    "CaseRow",
    "ChoreRow",
    "ConsentRow",
    "ConversationRow",
    "CouponRow",
    "DialogueStateRow",
    "ErasureRow",
    "ExampleRow",
    "FollowUpRow",
    "HandoffRow",
    "IdentityRow",
    "InteractionRow",
    "KeyRotationRow",
    "MatchCandidateRow",
    "MemberAnalyticsRow",
    "MemberRow",
    "MergeRow",
    "MessageRow",
    "NoteRow",
    "NoticeRow",
    "OrderLineRow",
    "OrderRow",
    "PaymentRow",
    "PointsEntryRow",
    "PreferenceRow",
    "ProductRow",
    "ProfileFactRow",
    "PromotionRow",
    "ReservationRow",
    "ShipmentEventRow",
    "ShipmentRow",
    "SourceRecordRow",
    "StaffRow",
    "StockRow",
    "StoreRow",
    "SuppressionRow",
    "SurveyRow",
    "TelegramLinkRow",
    "TierChangeRow",
    "TopicRow",
    "VariantRow",
]
