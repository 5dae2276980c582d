"""The store's domain types, a module an area; all are frozen dataclasses or enums."""
