"""The sections that say what music is read, and how it is told to models."""

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from counterpoint.params.section import Section

TICKS_PER_QUARTER = 24  # as notes.table has it, a room above this one
TRACKS_OF_VIEW = {"voices": 4, "band": 5}


class Music21Source(Section):
    kind: Literal["music21"]
    works: Literal["bach-chorales", "string-quartets"]
    path: Literal["data/raw"]  # where the export goes, and where ingest finds it


class DirectorySource(Section):
    kind: Literal["directory"]
    path: str = Field(min_length=1)

    @field_validator("path")
    @classmethod
    def _written_out(cls, path: str) -> str:
        if path.startswith("~"):
            raise ValueError("the folder must be written out in full, for DVC does not know what ~ is")
        return path


class Corpus(Section):
    source: Annotated[Music21Source | DirectorySource, Field(discriminator="kind")]
    limit: int | None = Field(ge=1)


class Ingest(Section):
    validation: float = Field(gt=0, lt=0.5)
    test: float = Field(gt=0, lt=0.5)
    similarity: float = Field(gt=0, le=1)
    max_notes: int = Field(ge=1)
    max_beats: int = Field(ge=1, le=1_000_000)  # whose ticks a note table's 31 bits hold with room to spare


class Melody(Section):
    voice: str = Field(min_length=1)
    key: Literal["augment", "common", "original"]


class Chords(Section):
    key: Literal["augment", "common", "original"]


class PianoRoll(Section):
    view: Literal["voices", "band"]
    metre: tuple[Annotated[int, Field(ge=1, le=32)], Literal[1, 2, 4, 8, 16, 32]]  # numerator, denominator
    steps: int = Field(ge=1)
    least_tracks: int = Field(ge=1)

    @property
    def bar_ticks(self) -> int:
        return 4 * TICKS_PER_QUARTER * self.metre[0] // self.metre[1]

    @model_validator(mode="after")
    def _steps_and_tracks_fit(self) -> "PianoRoll":
        if self.bar_ticks % self.steps:
            fitting = [steps for steps in range(1, self.bar_ticks + 1) if self.bar_ticks % steps == 0]
            raise ValueError(
                f"steps is {self.steps}: a bar of {self.metre[0]}/{self.metre[1]} has {self.bar_ticks} ticks, "
                f"which steps must divide: {', '.join(map(str, fitting))}"
            )
        if self.least_tracks > TRACKS_OF_VIEW[self.view]:
            raise ValueError(
                f"least_tracks is {self.least_tracks}, but view {self.view} has {TRACKS_OF_VIEW[self.view]} tracks"
            )
        return self


class Vectors(Section):
    tones: Literal["melody", "all"]
    tones_per_step: int = Field(ge=1, le=3)
    grid_ticks: int = Field(ge=1, le=4 * TICKS_PER_QUARTER)
    times: Literal["linear", "logarithmic"]
    key: Literal["augment", "common", "original"]

    @property
    def texture(self) -> Literal["melody", "chords"]:
        return "melody" if self.tones == "melody" else "chords"


class Vocabulary(Section):
    minimum_count: int = Field(ge=1)


class Vocabularies(Section):
    melody: Vocabulary
    chords: Vocabulary
