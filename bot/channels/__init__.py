"""Channels: where messages come from and where replies go."""
