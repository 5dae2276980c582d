"""Questions people ask a shop, answered by articles: files, index and search by meaning."""
