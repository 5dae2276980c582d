"""The engine in process: frozen sentence vectors and character n-grams under a linear head."""

from nlu.native.engine import NativeEngine
from nlu.native.training import TrainingProgress, train

__all__ = ["NativeEngine", "TrainingProgress", "train"]
