"""What the purchases of members say about them: RFM segments, churn risk, expected purchases, CLV.

The models are plain functions on NumPy arrays; `crm_store.analytics.run` reads the purchases,
fits, scores and stores. Import it only where a run is wanted: SciPy takes a moment to load.
"""
