"""Learning from handoffs: proposals for the training data, which people review. None trains."""

from bot.learning.collecting import Collector
from bot.learning.exporting import TrainingFolder

__all__ = ["Collector", "TrainingFolder"]
