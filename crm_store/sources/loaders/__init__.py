"""Loaders: what a source's cleaned records become in the store. One small file each."""
