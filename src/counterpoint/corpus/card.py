"""The data card: a corpus's facts in words, with the limits that follow from them.

After Gebru et al., "Datasheets for Datasets" (Communications of the ACM 64, 2021), sections composition, collection,
preprocessing and uses, cut down to what a pipeline can know by itself.
"""

import re
from typing import Any

MIDI_TEMPO_BPM = "120"  # what a MIDI file that names no tempo is played at
MIDI_METRE = "4/4"  # and what its bars are if it names none
FEW_GROUPS = 50  # below so many tunes, one of them weighs more than 2 % of a split's figure
MOST = 0.9  # of the pieces: what the rest of them cannot teach a model
SHOWN = 6  # of a mapping of counts, the commonest


def data_card(facts: dict[str, Any]) -> str:
    """The data card in Markdown, from `facts.corpus_facts`. The same facts give the same text."""
    return "\n".join(
        [
            f"# Data card: {_title(facts['source'])}",
            "",
            f"{source_sentence(facts)} Digests of every file are in `data/notes/manifest.csv`.",
            "",
            "## Licence",
            "",
            facts["licence"],
            "",
            "## What it holds",
            "",
            *_table(("fact", "value (in brackets: pieces)"), _contents(facts)),
            "",
            "## What was left out",
            "",
            *_left_out(facts),
            "",
            "## Who is held out",
            "",
            _splitting(facts),
            "",
            *_table(("split", "pieces", "tunes", "notes"), _splits(facts)),
            "",
            "## Known limits",
            "",
            *[f"- {limit}" for limit in known_limits(facts)],
            "",
        ]
    )


def source_sentence(facts: dict[str, Any]) -> str:
    """Where the music is from, in a sentence."""
    if facts["source"]["kind"] == "music21":
        return f"{_title(facts['source'])[0].upper()}{_title(facts['source'])[1:]}, from music21's corpus, as MIDI."
    return "A folder of the user's own MIDI files."


def known_limits(facts: dict[str, Any]) -> list[str]:
    """What the facts say a model cannot learn from this corpus, or a figure cannot tell; a sentence each."""
    source, pieces, velocity = facts["source"], facts["pieces"], facts["velocity"]
    limits = []
    if "composer" in source:
        several = source.get("composers", 1)
        who = f"One composer, {source['composer']}," if several == 1 else f"{several} composers, {source['composer']},"
        limits.append(f"{who} and one genre: {source['title']}.")
    test = facts["splits"]["test"]
    if test["groups"] < FEW_GROUPS:
        limits.append(
            f"The test split is small: {_count(test['pieces'], 'piece')}, {_count(test['groups'], 'tune')}. "
            "Read its figures with their intervals."
        )
    if velocity["distinct"] == 1:
        limits.append(f"Every velocity is {velocity['lowest']}: dynamics cannot be learnt or judged.")
    elif source["kind"] == "music21":
        limits.append(
            "Velocities are music21's reading of dynamic marks and accents, on a few levels: crescendi are not in "
            "them, and nobody played them."
        )
    metre, metre_pieces = next(iter(facts["metres"]["first"].items()))
    if metre_pieces >= MOST * pieces:
        unnamed = ", which is also what a MIDI file means that names no metre" if metre == MIDI_METRE else ""
        limits.append(
            f"{_share(metre_pieces, pieces)} of the pieces are in {metre}{unnamed}: other metres are hardly known."
        )
    unsaid = facts["tempo_bpm"].get(MIDI_TEMPO_BPM, 0)
    if unsaid > pieces / 2:
        limits.append(
            f"{_share(unsaid, pieces)} of the pieces have {MIDI_TEMPO_BPM} quarter notes a minute, which is also what "
            "a MIDI file means that names no tempo: the tempo says little."
        )
    limits.append(
        "There are no drums."
        if facts["drum_notes"] == 0
        else f"{_share(facts['drum_notes'], facts['notes'])} of the notes are drums, whose numbers are no pitches."
    )
    limits.append(
        f"Times are rounded to {facts['ticks_per_quarter_note']} ticks a quarter note: what is played off that grid, "
        "as in a live performance, is lost."
    )
    return limits


def plain(text: str) -> str:
    """Text from a file or a user, safe within a line or a cell of Markdown: nothing in it is markup."""
    return re.sub(r"([\\`*_&~<>\[\]|])", r"\\\1", " ".join(text.split()))


def _title(source: dict[str, Any]) -> str:
    return f"{source['title']} by {source['composer']}" if "composer" in source else "a folder of MIDI"


def _contents(facts: dict[str, Any]) -> list[tuple[str, str]]:
    lengths, tracks, pitch, velocity = (facts[name] for name in ("quarter_notes", "tracks", "pitch", "velocity"))
    names = f" ({', '.join(map(plain, tracks['names']))})" if tracks["names"] else ""
    changing = facts["metres"]["changing"]
    return [
        ("pieces", f"{facts['pieces']:,}"),
        ("notes", f"{facts['notes']:,}"),
        (
            "length",
            f"{lengths['all']:,.0f} quarter notes; a piece {lengths['shortest']:g} to {lengths['longest']:g}, "
            f"median {lengths['median']:g}",
        ),
        ("tracks a piece", f"{_commonest(tracks['a_piece'], facts['pieces'])}{names}"),
        ("pitches", "none" if pitch["lowest"] is None else f"MIDI {pitch['lowest']} to {pitch['highest']}"),
        ("velocities", _velocities(velocity)),
        ("metre at the beginning", _commonest(facts["metres"]["first"], facts["pieces"])),
        ("pieces that change metre", f"{changing:,}"),
        ("key, found from the notes", _commonest(facts["keys"], facts["pieces"])),
        ("pieces with a key signature", f"{facts['key_signatures']:,}"),
        ("tempo, quarter notes a minute", _commonest(facts["tempo_bpm"], facts["pieces"])),
    ]


def _left_out(facts: dict[str, Any]) -> list[str]:
    stages = (("works", facts["works"], "written as MIDI"), ("files", facts["files"], "read"))
    lines = []
    for name, counted, done in stages:
        if counted is None:
            continue
        ending = ". Left out:" if counted["left_out"] else "."
        lines.append(f"- Of {counted['seen']:,} {name}, {counted['taken']:,} were {done}{ending}")
        lines += [f"  - {count:,}: {plain(reason)}" for reason, count in list(counted["left_out"].items())[:SHOWN]]
        rest = list(counted["left_out"].values())[SHOWN:]
        if rest:
            lines.append(f"  - {sum(rest):,}: {len(rest)} other kinds of reason")
    return lines


def _splitting(facts: dict[str, Any]) -> str:
    return (
        f"{facts['pieces']:,} pieces are {facts['groups']:,} tunes: near-duplicates (the same tune in another key, "
        f"harmony, ornament or tempo) are one group, at most {facts['largest_group']:,} pieces, and a group is on one "
        f"side as a whole. {100 * facts['twins']:.0f} % of the pieces have a near-duplicate."
    )


def _splits(facts: dict[str, Any]) -> list[tuple[str, ...]]:
    return [
        (split, *(f"{counts[name]:,}" for name in ("pieces", "groups", "notes")))
        for split, counts in facts["splits"].items()
    ]


def _table(head: tuple[str, ...], rows: list[Any]) -> list[str]:
    return ["| " + " | ".join(row) + " |" for row in (head, ("---",) * len(head), *rows)]


def _commonest(counts: dict[str, int], pieces: int) -> str:
    """The commonest of `counts`, with how many of the pieces; all of them if they are few."""
    if not counts:
        return "none"
    if list(counts.values()) == [pieces]:
        return f"{next(iter(counts))}, in every piece"
    shown = [f"{name} ({count:,})" for name, count in list(counts.items())[:SHOWN]]
    return ", ".join(shown) + (f", {len(counts) - SHOWN} others" if len(counts) > SHOWN else "")


def _velocities(velocity: dict[str, int]) -> str:
    if velocity["distinct"] == 1:
        return f"{velocity['lowest']}, of every note"
    return f"{velocity['lowest']} to {velocity['highest']}, {velocity['distinct']} different"


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f} %"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
