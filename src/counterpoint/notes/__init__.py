"""Notes: the table every other room speaks, and the only code that reads or writes music files."""
