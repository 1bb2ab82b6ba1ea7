"""Report: the pages on which people judge the music."""
