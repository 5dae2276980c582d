"""The slots that flows are declared with, and how each is filled."""

from bot.dialogue.slots.answers import Choice, EntitySlot, Permission, TextSlot, fixed
from bot.dialogue.slots.asking import Slot
from bot.dialogue.slots.conditional import Hinted, When
from bot.dialogue.slots.goods import GoodsSlot
from bot.dialogue.slots.purchases import LineSlot, OrderSlot

__all__ = [
    "Choice",
    "EntitySlot",
    "GoodsSlot",
    "Hinted",
    "LineSlot",
    "OrderSlot",
    "Permission",
    "Slot",
    "TextSlot",
    "When",
    "fixed",
]
