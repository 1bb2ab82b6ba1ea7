"""Layouts of the tests, all of whose numbers differ."""

from counterpoint.encodings.layout import Layout, Track

TRIO = Layout(
    "band", (Track("drums", 0, True), Track("piano", 3, False), Track("bass", 33, False)), bar_ticks=48, steps=8
)
VOICE = Layout("voices", (Track("soprano", 52, False),), bar_ticks=96, steps=16)
CHOIR = Layout(
    "voices",
    tuple(Track(name, i, False) for i, name in enumerate(("soprano", "alto", "tenor", "bass"))),
    bar_ticks=96,
    steps=16,
)
