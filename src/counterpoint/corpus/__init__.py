"""Corpus: where music comes from, what was taken and left out, which pieces are one tune, and who is held out."""
