"""params.yaml, typed: one frozen model a section. Unknown, missing and out-of-range keys are errors, named by path."""

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, model_validator

from counterpoint import paths
from counterpoint.params.data import (
    TRACKS_OF_VIEW,
    Chords,
    Corpus,
    DirectorySource,
    Ingest,
    Melody,
    Music21Source,
    PianoRoll,
    Vectors,
    Vocabularies,
)
from counterpoint.params.files import options, overlay, read_yaml
from counterpoint.params.judging import Evaluate, Samples, Select
from counterpoint.params.models import CRNNGAN, AttentionLSTM, Models, MuseGAN
from counterpoint.params.section import ParamsError, Section

__all__ = [
    "CRNNGAN",
    "AttentionLSTM",
    "Chords",
    "Corpus",
    "DirectorySource",
    "Evaluate",
    "Ingest",
    "Melody",
    "Models",
    "MuseGAN",
    "Music21Source",
    "Params",
    "ParamsError",
    "PianoRoll",
    "Samples",
    "Section",
    "Select",
    "Vectors",
    "Vocabularies",
    "load",
    "options",
    "overlay",
    "parse",
    "read_yaml",
]


class Params(Section):
    seed: int = Field(ge=0, lt=2**30)  # stages count on from it
    tempo_bpm: float = Field(ge=20, le=400)
    corpus: Corpus
    ingest: Ingest
    melody: Melody
    chords: Chords
    pianoroll: PianoRoll
    vectors: Vectors
    vocabulary: Vocabularies
    models: Models
    sample: Samples
    evaluate: Evaluate
    select: Select

    @model_validator(mode="after")
    def _some_training_music(self) -> "Params":
        if self.ingest.validation + self.ingest.test >= 0.9:
            raise ValueError("ingest.validation and ingest.test together leave less than a tenth for training")
        return self

    @model_validator(mode="after")
    def _gans_fit_the_view(self) -> "Params":
        view, tracks = self.pianoroll.view, TRACKS_OF_VIEW[self.pianoroll.view]
        problems = []
        for name in ("musegan", "musegan_accompany"):
            model: MuseGAN = getattr(self.models, name)
            if (model.binarise == "argmax") != (view == "voices"):
                allowed = (
                    "argmax, for a voice has one pitch at a time" if view == "voices" else "threshold or bernoulli"
                )
                problems.append(
                    f"models.{name}.binarise is {model.binarise}; with pianoroll.view: {view} it is {allowed}"
                )
            for key, track in (("given", model.given), ("track_widths", max(model.track_widths, default=0))):
                if track >= tracks:
                    problems.append(
                        f"models.{name}.{key} names track {track}; with pianoroll.view: {view} "
                        f"they are 0 to {tracks - 1}"
                    )
        if problems:
            raise ValueError("; ".join(problems))
        return self


def load(path: Path = paths.PARAMS) -> Params:
    """The typed content of params.yaml. Raises ParamsError."""
    return parse(read_yaml(path), str(path))


def parse(content: Any, name: str = "params") -> Params:
    """`Params` from plain data; ParamsError lists every key that is wrong, what came and what is allowed."""
    try:
        return Params.model_validate(content)
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, e['loc'])) or '(top)'}: {_say(e)}" for e in error.errors()]
        raise ParamsError("\n".join([f"{name}: {len(lines)} wrong", *lines])) from None


def _say(error: Any) -> str:
    match error["type"]:
        case "missing":
            return "is missing"
        case "union_tag_invalid":
            return f"kind is {error['ctx']['tag']!r}, allowed are {error['ctx']['expected_tags']}"
        case "extra_forbidden":
            return "is no parameter; is it misspelt?"
        case "value_error":  # of several keys together: the message says which
            return str(error["ctx"]["error"])
        case _:
            return f"{error['msg'][0].lower()}{error['msg'][1:]}, got {error['input']!r}"
