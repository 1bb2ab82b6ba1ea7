"""Render: notes as pictures and sound."""
