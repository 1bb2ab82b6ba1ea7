"""Counterpoint: from a folder of MIDI to a trained, compared, registered and served music generator."""

__version__ = "0.1.0"
