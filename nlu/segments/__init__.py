"""Several wishes in one message, and wishes that are taken back: "退货，另外积分会扣吗"."""

from nlu.segments.engine import SegmentingEngine
from nlu.segments.parts import Cut, Part, parts_of

__all__ = ["Cut", "Part", "SegmentingEngine", "parts_of"]
