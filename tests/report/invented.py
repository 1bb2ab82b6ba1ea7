"""Contents for a page: real music, pictures and sound, and invented numbers, all different."""

import math
from functools import cache
from pathlib import Path

from counterpoint.notes.midi import read_midi, write_midi
from counterpoint.render.engraving import to_svg
from counterpoint.render.mp3 import to_mp3
from counterpoint.render.pianoroll import draw
from counterpoint.report.contents import (
    Cell,
    Definition,
    Experiment,
    Generator,
    Line,
    ReportContents,
    Row,
    Sample,
    Texture,
)

DATA = Path(__file__).parents[1] / "data"
REFERENCES = [
    ("held_out", "held-out music, other half", 0.081),
    ("corrupted_5", "held-out music, 5 % of notes corrupted", 0.162),
    ("ngram", "n-gram, order 5", 0.347),
    ("corrupted_40", "held-out music, 40 % of notes corrupted", 0.926),
    ("noise", "uniform noise", 2.413),
]


def estimate(value: float | None, spread: float = 0.1) -> dict[str, float | None]:
    if value is None:
        return {"value": None, "low": None, "high": None}
    return {"value": value, "low": value * (1 - spread), "high": value * (1 + 1.5 * spread)}


def judgement(distance: float | None, number: int = 1) -> dict:
    """A judgement in full; `number` makes its figures differ from another's."""
    grid = [place / 8 for place in range(33)]

    def bell(middle: float, width: float) -> list[float]:
        return [math.exp(-(((x - middle) / width) ** 2)) for x in grid]

    names = [
        ("used_pitch_classes", "pitch classes used", "pitch", "a bar", 2.9, 3.02),
        ("pitch_range", "range", "pitch", "semitones", 17.3, 19.4),
        ("qualified_notes", "qualified notes", "rhythm", "share of 1", 0.913, 0.987),
        ("groove_consistency", "groove consistency", "rhythm", "0 to 1", None, 0.953),
        ("empty_bars", "empty bars", "texture", "share of 1", 0.011, 0.0),
    ]
    return {
        "texture": "melody",
        "generated": {"pieces": 64 + number, "excerpts": 180 + number, "notes": 6012 + number},
        "real": {"pieces": 37, "excerpts": 142, "notes": 5123},
        "distance_to_real": estimate(distance) | {"families": {"intervals": 0.104, "rhythm": 0.233, "harmony": None}},
        "measures": [
            {
                "name": name,
                "title": title,
                "family": family,
                "unit": unit,
                "meaning": f"what {title} means",
                "generated": estimate(ours if ours is None else ours * (1 + number / 50), 0.04),
                "real": estimate(theirs, 0.02),
            }
            for name, title, family, unit, ours, theirs in names
        ],
        "tracks": [{"track": 0, "measure": "used_pitch_classes", "generated": 2.71, "real": 3.14}],
        "pairs": [{"tracks": [0, 1], "generated": 1.77, "real": 1.63}],
        "distributions": [
            {
                "feature": feature,
                "unit": unit,
                "intra_real": 1.21 + place,
                "intra_generated": 1.02 + place,
                "inter": 1.57 + place,
                "overlap_area": 0.83 - place / 10,
                "kl_divergence": None if place == 2 else 0.071 + place,
                "grid": grid,
                "intra_density": bell(1.5, 0.6),
                "inter_density": bell(1.9 + place / 5, 0.7),
            }
            for place, (feature, unit) in enumerate(
                [("pitch_count", "pitches"), ("mean_interval", "semitones"), ("note_length_histogram", "")]
            )
        ],
        "histograms": [
            {
                "name": "pitch_classes",
                "title": "Pitch classes",
                "unit": "share of notes",
                "labels": ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"],
                "generated": [0.2, 0.01, 0.13, 0.02, 0.12, 0.09, 0.05, 0.18, 0.02, 0.1, 0.03, 0.05],
                "real": [0.17, 0.02, 0.14, 0.01, 0.13, 0.1, 0.04, 0.16, 0.03, 0.11, 0.02, 0.07],
                "overlap": 0.914,
            },
            {
                "name": "intervals",
                "title": "Intervals of the melody",
                "unit": "semitones",
                "labels": [*range(-12, 13)],
                "generated": [1 / (1 + abs(step)) / 5 for step in range(-12, 13)],
                "real": [math.exp(-abs(step - 1) / 2) / 4 for step in range(-12, 13)],
                "overlap": 0.783,
            },
        ],
        "repetitions": {
            "labels": [*range(2, 10)],
            "generated": [0.41, 0.29, 0.18, 0.11, 0.07, 0.04, 0.02, None],
            "real": [0.37, 0.22, 0.15, 0.12, 0.09, 0.06, 0.05, 0.03],
        },
        "originality": {
            "copied_share": estimate(0.043, 0.2),
            "human_copied_share": estimate(0.118, 0.3),
            "longest_run_notes": 14,
            "longest_run_piece": "bwv66.6",
            "longest_run_sample": "012",
            "human_longest_run_notes": 17,
            "human_longest_run_piece": "bwv17.7",
            "margin": 0.1,
        },
        "diversity": {"generated": 0.524, "real": 0.611, "relative": 0.858, "distinct": 0.973, "most_shared": 0.625},
        "left_out": {"sample 031": "three tracks, not four"},
    }


@cache
def sample(name: str, folder: Path) -> Sample:
    notes = read_midi((DATA / f"chorales/{name}.mid").read_bytes(), name, max_notes=999, max_beats=999)[0]
    draw(notes, folder / f"{name}.png", title=name)
    return Sample(
        name=name,
        midi=write_midi(notes, tempo_bpm=80),
        mp3=to_mp3(notes, tempo_bpm=80, seconds=3),
        roll_png=(folder / f"{name}.png").read_bytes(),
        score_svg=to_svg(notes),
    )


def contents(folder: Path) -> ReportContents:
    """Two generators, one of which failed a guard; two textures, in one of which only one generator stands."""
    references = tuple(
        Row(name, title, "reference", judgement(distance, place))
        for place, (name, title, distance) in enumerate(REFERENCES)
    )
    lstm = Row("attention_lstm", "Attention LSTM", "generator", judgement(0.284, 7))
    gan = Row("musegan", "MuseGAN <4 tracks>", "generator", judgement(1.312, 9))
    unknown = Row("attention_lstm", "Attention LSTM", "generator", judgement(None, 11))
    card = (
        "# Attention LSTM\n\nA **melody** model.\n\n## Limits\n\n| split | pieces |\n|---|---|\n| train | 291 |\n\n"
        "<script>alert(1)</script>\n"
    )
    roll = sample("bwv66.6", folder).roll_png
    return ReportContents(
        title="Judging the music",
        about_markdown="Every generator's music beside **held-out** chorales that none of them was trained on.",
        textures=(
            Texture("melody", "Melody", (*references, gan, lstm)),
            Texture("voices", "Four voices", (*references[:2], unknown), tracks=("soprano", "alto")),
        ),
        generators=(
            Generator(
                name="attention_lstm",
                title="Attention LSTM",
                likelihood=(
                    {"model": "attention_lstm", "joint_nll": 2.345, "order": None},
                    {"model": "n-gram", "joint_nll": 2.678, "order": 3},
                ),
                training_png=roll,
                listen_png=roll,
                likelihood_png=roll,
                card_markdown=card,
                samples=(sample("bwv66.6", folder), sample("bwv17.7", folder)),
            ),
            Generator(
                name="musegan",
                title="MuseGAN <4 tracks>",
                failed={"collapsed": "61 of 64 samples are one and the same"},
                samples=(sample("bwv64.8", folder),),
            ),
        ),
        data_card_markdown="# Chorales\n\n365 pieces.\n",
        experiments=(
            Experiment(
                title="Wider & narrower",
                about="Chorales, one core.",
                columns=("distance", "kept at iteration"),
                lines=(
                    Line("twice as wide", 3, (Cell(0.0712, 0.0534, 0.0923, 3), Cell(250, 100, 400, 2))),
                    Line("half as wide", 1, (Cell(0.0345, 0.0345, 0.0345, 1), None)),
                ),
                codes=("abc1234", "def5678"),
            ),
        ),
        definitions=(
            Definition(
                "pitch_range", "range", "semitones", "highest pitch less the lowest", "Yang and Lerch 2018, 3.1"
            ),
        ),
    )
