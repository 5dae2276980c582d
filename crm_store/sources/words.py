"""Words that exports use for states and kinds, in Chinese and English, lower case."""

from collections.abc import Mapping
from enum import StrEnum

from crm_store.types.cases import CaseKind
from crm_store.types.loyalty import PointsKind
from crm_store.types.orders import OrderState, ShipmentState
from crm_store.types.people import Tier


class Gender(StrEnum):
    """Gender as a loyalty form asks for it."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class Language(StrEnum):
    """Language a member prefers."""

    CHINESE = "zh"
    TRADITIONAL_CHINESE = "zh-Hant"
    ENGLISH = "en"


class CouponState(StrEnum):
    """Life of a coupon."""

    ISSUED = "issued"
    USED = "used"
    EXPIRED = "expired"


class SaleChannel(StrEnum):
    """Where an order was placed."""

    WEB = "web"
    MINI_PROGRAM = "mini_program"
    POS = "pos"


class PaymentState(StrEnum):
    """Whether an order is paid for."""

    PENDING = "pending"
    AUTHORIZED = "authorized"
    PAID = "paid"
    PARTIALLY_REFUNDED = "partially_refunded"
    REFUNDED = "refunded"
    VOIDED = "voided"


class ParcelState(StrEnum):
    """How far a shop is with sending an order."""

    UNFULFILLED = "unfulfilled"
    IN_PROGRESS = "in_progress"
    PARTIAL = "partial"
    FULFILLED = "fulfilled"


class PaymentKind(StrEnum):
    """Which way money moves."""

    SALE = "sale"
    REFUND = "refund"


class ReceiptKind(StrEnum):
    """What a line of a till receipt does."""

    SALE = "sale"
    RETURN = "return"


class TicketState(StrEnum):
    """How far the service centre is."""

    OPEN = "open"
    PROCESSING = "processing"
    CLOSED = "closed"


class VisitKind(StrEnum):
    """What a visitor of the mini-program did."""

    REGISTER = "register"
    BROWSE = "browse"
    FAVOURITE = "favourite"
    SEARCH = "search"
    CART = "cart"
    COUPON = "coupon"
    ORDER = "order"


class CampaignChannel(StrEnum):
    """How a campaign reached its recipients."""

    EMAIL = "email"
    SMS = "sms"


class CampaignEvent(StrEnum):
    """What became of one message of a campaign."""

    SENT = "sent"
    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    REPLIED = "replied"
    BOUNCED = "bounced"
    UNSUBSCRIBED = "unsubscribed"
    COMPLAINED = "complained"


FLAGS: Mapping[str, bool] = {
    **dict.fromkeys(("1", "true", "t", "yes", "y", "是", "已", "有"), True),
    **dict.fromkeys(("0", "false", "f", "no", "n", "否", "未", "无"), False),
}

ORDER_STATES: Mapping[str, OrderState] = {
    **dict.fromkeys(("待付款", "待支付", "unpaid", "pending"), OrderState.PENDING_PAYMENT),
    **dict.fromkeys(("已付款", "已支付", "待发货"), OrderState.PAID),
    **dict.fromkeys(("已打包", "已配货", "待揽收"), OrderState.PACKED),
    **dict.fromkeys(("已发货", "待收货", "运输中"), OrderState.SHIPPED),
    **dict.fromkeys(("已签收", "已收货", "已送达"), OrderState.DELIVERED),
    **dict.fromkeys(("已完成", "交易完成", "交易成功", "done"), OrderState.COMPLETED),
    **dict.fromkeys(("已取消", "交易关闭", "已关闭", "canceled", "closed"), OrderState.CANCELLED),
}

SHIPMENT_STATES: Mapping[str, ShipmentState] = {
    **dict.fromkeys(("已下单", "待揽收", "已创建"), ShipmentState.CREATED),
    **dict.fromkeys(("已揽收", "已揽件", "已取件"), ShipmentState.PICKED_UP),
    **dict.fromkeys(("运输中", "在途", "transit"), ShipmentState.IN_TRANSIT),
    **dict.fromkeys(("派送中", "派件中", "delivering"), ShipmentState.OUT_FOR_DELIVERY),
    **dict.fromkeys(("已签收", "已送达", "签收"), ShipmentState.DELIVERED),
    **dict.fromkeys(("异常", "滞留", "拒收", "failed"), ShipmentState.EXCEPTION),
}

POINTS_KINDS: Mapping[str, PointsKind] = {
    **dict.fromkeys(("获得", "消费获得", "积分获取", "earned"), PointsKind.EARN),
    **dict.fromkeys(("使用", "兑换", "抵扣", "redeem", "spent"), PointsKind.SPEND),
    **dict.fromkeys(("过期", "失效", "expired"), PointsKind.EXPIRE),
    **dict.fromkeys(("调整", "退货扣回", "补发", "adjustment"), PointsKind.ADJUST),
}

TIERS: Mapping[str, Tier] = {
    **dict.fromkeys(("普通", "普通会员", "普卡", "basic", "normal"), Tier.REGULAR),
    **dict.fromkeys(("银卡", "银卡会员", "白银"), Tier.SILVER),
    **dict.fromkeys(("金卡", "金卡会员", "黄金"), Tier.GOLD),
    **dict.fromkeys(("钻石", "钻石卡", "钻石会员"), Tier.DIAMOND),
}

CASE_KINDS: Mapping[str, CaseKind] = {
    **dict.fromkeys(("退货", "退货退款"), CaseKind.RETURN),
    **dict.fromkeys(("换货",), CaseKind.EXCHANGE),
    **dict.fromkeys(("退款", "仅退款"), CaseKind.REFUND),
    **dict.fromkeys(("维修", "保修", "warranty"), CaseKind.REPAIR),
    **dict.fromkeys(("发票", "开票"), CaseKind.INVOICE),
    **dict.fromkeys(("自提", "到店自提"), CaseKind.PICKUP),
    **dict.fromkeys(("投诉",), CaseKind.COMPLAINT),
    **dict.fromkeys(("建议", "表扬", "反馈"), CaseKind.FEEDBACK),
}

GENDERS: Mapping[str, Gender] = {
    **dict.fromkeys(("女", "女士", "f", "ms"), Gender.FEMALE),
    **dict.fromkeys(("男", "男士", "先生", "m", "mr"), Gender.MALE),
    **dict.fromkeys(("其他", "保密", "未知", "unknown"), Gender.OTHER),
}

LANGUAGES: Mapping[str, Language] = {
    **dict.fromkeys(("中文", "简体中文", "zh_cn", "zh_hans"), Language.CHINESE),
    **dict.fromkeys(
        ("繁体中文", "繁體中文", "zh_hant", "zh_tw", "zh_hk"), Language.TRADITIONAL_CHINESE
    ),
    **dict.fromkeys(("英文", "英语", "english", "en_us", "en_gb"), Language.ENGLISH),
}

COUPON_STATES: Mapping[str, CouponState] = {
    **dict.fromkeys(("未使用", "可用", "已发放", "available", "unused"), CouponState.ISSUED),
    **dict.fromkeys(("已使用", "已核销", "redeemed"), CouponState.USED),
    **dict.fromkeys(("已过期", "已失效"), CouponState.EXPIRED),
}

CHANNELS: Mapping[str, SaleChannel] = {
    **dict.fromkeys(("官网", "网站", "商城", "shop", "website"), SaleChannel.WEB),
    **dict.fromkeys(("小程序", "miniprogram", "wechat"), SaleChannel.MINI_PROGRAM),
    **dict.fromkeys(("门店", "线下", "store"), SaleChannel.POS),
}

RECEIPT_KINDS: Mapping[str, ReceiptKind] = {
    **dict.fromkeys(("销售", "消费"), ReceiptKind.SALE),
    **dict.fromkeys(("退货", "退款", "refund"), ReceiptKind.RETURN),
}

TICKET_STATES: Mapping[str, TicketState] = {
    **dict.fromkeys(("待处理", "新建", "new"), TicketState.OPEN),
    **dict.fromkeys(("处理中", "pending"), TicketState.PROCESSING),
    **dict.fromkeys(("已关闭", "已解决", "solved", "resolved"), TicketState.CLOSED),
}

CAMPAIGN_CHANNELS: Mapping[str, CampaignChannel] = {
    **dict.fromkeys(("邮件", "电子邮件", "e_mail", "mail"), CampaignChannel.EMAIL),
    **dict.fromkeys(("短信", "彩信", "text"), CampaignChannel.SMS),
}

CAMPAIGN_EVENTS: Mapping[str, CampaignEvent] = {
    **dict.fromkeys(("已发送", "发送", "send"), CampaignEvent.SENT),
    **dict.fromkeys(("已送达", "送达", "delivery"), CampaignEvent.DELIVERED),
    **dict.fromkeys(("打开", "已打开", "open"), CampaignEvent.OPENED),
    **dict.fromkeys(("点击", "已点击", "click"), CampaignEvent.CLICKED),
    **dict.fromkeys(("回复", "reply"), CampaignEvent.REPLIED),
    **dict.fromkeys(("退信", "发送失败", "bounce", "failed"), CampaignEvent.BOUNCED),
    **dict.fromkeys(("退订", "unsubscribe", "td"), CampaignEvent.UNSUBSCRIBED),
    **dict.fromkeys(("投诉", "spam", "complaint"), CampaignEvent.COMPLAINED),
}

ENUMS: Mapping[str, tuple[type[StrEnum], Mapping[str, StrEnum]]] = {
    "order_state": (OrderState, ORDER_STATES),
    "shipment_state": (ShipmentState, SHIPMENT_STATES),
    "points_kind": (PointsKind, POINTS_KINDS),
    "tier": (Tier, TIERS),
    "case_kind": (CaseKind, CASE_KINDS),
    "gender": (Gender, GENDERS),
    "language": (Language, LANGUAGES),
    "coupon_state": (CouponState, COUPON_STATES),
    "channel": (SaleChannel, CHANNELS),
    "payment_state": (PaymentState, {}),
    "payment_kind": (PaymentKind, {"capture": PaymentKind.SALE}),
    "parcel_state": (ParcelState, {}),
    "receipt_kind": (ReceiptKind, RECEIPT_KINDS),
    "ticket_state": (TicketState, TICKET_STATES),
    "campaign_channel": (CampaignChannel, CAMPAIGN_CHANNELS),
    "campaign_event": (CampaignEvent, CAMPAIGN_EVENTS),
    "visit_kind": (VisitKind, {"favorite": VisitKind.FAVOURITE}),
}
"""Name of the cleaning function to its enum and the words beside the enum's own values."""
