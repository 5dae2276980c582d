"""The demo retailer."""
