"""Catalogue search and recommendation: embeddings, a FAISS index and BM25 behind small ports."""
