"""What an analytics run may lack."""


class NotEnoughPurchasesError(ValueError):
    """There are too few purchases to fit a model; the rest of a run does without it."""

    def __init__(self, buyers: int) -> None:
        super().__init__(f"{buyers} buyers are too few, or none of them came back")
