"""The assistant: one conversation turn, skills, channels, desk, HTTP API and command line."""
