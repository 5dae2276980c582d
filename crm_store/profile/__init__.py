"""Which of several statements about a member is believed, and why."""
