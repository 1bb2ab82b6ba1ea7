"""Interpolated n-grams: what every learned model of events has to beat."""
