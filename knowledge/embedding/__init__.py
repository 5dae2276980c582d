"""Embedders: adapters that turn texts into unit vectors, and the factory that picks one."""

from knowledge.embedding.factory import EmbedderSpec, Engine, load_embedder

__all__ = ["EmbedderSpec", "Engine", "load_embedder"]
