"""Evaluation: pure functions on note tables and numbers."""
