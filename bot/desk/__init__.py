"""The desk: where service agents take handoffs, answer and give conversations back."""
