"""All queries, a repository an area. Every method checks its unit of work's actor first."""
