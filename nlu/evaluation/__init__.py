"""Evaluation for people: where a model errs, which of two is better, and whether to release one."""
