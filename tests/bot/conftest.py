"""The assistant of the demo retailer."""

from heguang import assistant, model_folder, prepared

__all__ = ["assistant", "model_folder", "prepared"]
