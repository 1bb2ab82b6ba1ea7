"""What the report shows, as its caller hands it over: plain data, every number found elsewhere.

A judgement is what evaluation writes as JSON for one set of music in one texture, as a mapping. Of its numbers any may
be None, which is shown as a dash; of its parts any may be absent or None, and is then left out:

| key | holds |
|---|---|
| `texture` | the texture's name |
| `generated`, `real` | `{pieces, excerpts, notes}`: counts |
| `distance_to_real` | `{value, low, high, families: {name: value}}` |
| `measures` | `[{name, title, family, unit, meaning, generated: {value, low, high}, real: {value, low, high}}]` |
| `tracks` | `[{track, measure, generated, real}]` |
| `pairs` | `[{tracks: [lower, higher], generated, real}]`: tonal distances |
| `distributions` | `[{feature, unit, intra_real, intra_generated, inter, overlap_area, kl_divergence, grid, intra_density, inter_density}]` |
| `histograms` | `[{name, title, unit, labels, generated, real, overlap}]`: shares of 1 |
| `repetitions` | `{labels, generated, real}`: tones of a run, and shares of such runs |
| `originality` | `{copied_share, human_copied_share: {value, low, high}, longest_run_notes, longest_run_piece, longest_run_sample, human_longest_run_notes, human_longest_run_piece, margin}` |
| `diversity` | `{generated, real, relative, distinct, most_shared}`: the last two shares of pieces and of tones |
| `left_out` | `{piece: reason}` |

`low` and `high` are the ends of a 95 % interval.
"""  # noqa: E501

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Kind = Literal["generator", "reference"]


@dataclass(frozen=True)
class Sample:
    """One piece that a generator wrote, to be seen and heard."""

    name: str
    midi: bytes
    mp3: bytes
    roll_png: bytes
    score_svg: str


@dataclass(frozen=True)
class Row:
    """One set of music judged in one texture: a generator's, or one to compare with."""

    name: str  # of a generator: its name in `ReportContents.generators`
    title: str
    kind: Kind
    judgement: Mapping[str, Any]

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"row {self.name!r} is of kind {self.kind!r}, expected one of {get_args(Kind)}")


@dataclass(frozen=True)
class Texture:
    """What can be compared with each other: rows judged in one texture."""

    name: str
    title: str
    rows: tuple[Row, ...]
    tracks: tuple[str, ...] = ()  # their names in their order; (): a texture whose tracks mean nothing
    real_title: str = "real music (test split)"  # what the rows are judged against
    key_measures: tuple[str, ...] = ()  # names of the measures shown beside the distance; (): the first of each family


@dataclass(frozen=True)
class Generator:
    """What is known of one generator beside its judgements."""

    name: str
    title: str
    failed: Mapping[str, str] | None = field(default_factory=dict)  # guard → why, in plain words; None: not guarded
    likelihood: tuple[Mapping[str, Any], ...] = ()  # table rows, all with the same keys: heading → cell
    training_png: bytes | None = None
    listen_png: bytes | None = None  # what was heard of it while it learned
    likelihood_png: bytes | None = None
    card_markdown: str = ""
    samples: tuple[Sample, ...] = ()


@dataclass(frozen=True)
class Definition:
    """How one metric is defined."""

    name: str
    title: str
    unit: str
    meaning: str
    source: str = ""  # the paper and section


@dataclass(frozen=True)
class Cell:
    """A figure of several trainings: of those for which it is known, of which there is one at least."""

    mean: float
    least: float
    most: float
    known: int


@dataclass(frozen=True)
class Line:
    """A row of an experiment: how many trainings it is of, and what each column says of them."""

    title: str
    trainings: int
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class Experiment:
    """A table of trainings that were run aside from the build, by code of other commits perhaps."""

    title: str
    about: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    codes: tuple[str, ...]  # commits


@dataclass(frozen=True)
class ReportContents:
    """The whole report.

    Raises ValueError where a row speaks of a generator that is not there, or two generators share a name.
    """

    title: str
    about_markdown: str
    textures: tuple[Texture, ...]
    generators: tuple[Generator, ...]
    data_card_markdown: str = ""
    definitions: tuple[Definition, ...] = ()
    experiments: tuple[Experiment, ...] = ()

    def __post_init__(self) -> None:
        names = [generator.name for generator in self.generators]
        if len(set(names)) < len(names):
            raise ValueError(f"two generators share a name, of {names}")
        for texture in self.textures:
            for row in texture.rows:
                if row.kind == "generator" and row.name not in names:
                    raise ValueError(f"{texture.name} has a row of the generator {row.name!r}, known are {names}")
