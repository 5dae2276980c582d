"""Understanding: a text becomes an intent and its entities."""
