"""Models: each generator in a room of its own, behind one interface."""
