"""What real messages say about a model that is in use."""
