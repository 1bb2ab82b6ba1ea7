"""Encodings: arrays made from notes for one family of models, always with their inverse."""
