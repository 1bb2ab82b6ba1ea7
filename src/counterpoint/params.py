"""params.yaml, typed: one frozen model a section. Unknown, missing and out-of-range keys are errors, named by path."""

import math
import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from counterpoint import paths

TICKS_PER_QUARTER = 24  # as notes.table has it, a room above this one
LEAST_WINDOW_NOISE = 32
TRACKS_OF_VIEW = {"voices": 4, "band": 5}


class ParamsError(ValueError):
    """params.yaml cannot be used; the message names the dotted keys and how to mend them."""


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


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


class AttentionLSTM(Section):
    embedding: int = Field(ge=1)
    units: int = Field(ge=1)
    layers: int = Field(ge=1, le=8)
    attention: Literal["beside_state", "printed"]
    note_symbols: Literal["plain", "composed"]
    dropout: float = Field(ge=0, lt=1)
    optimizer: Literal["rmsprop", "adam"]
    learning_rate: float = Field(gt=0)
    decay: Literal["cosine", "none"]
    clip_norm: float = Field(gt=0)
    batch_size: int = Field(ge=1)
    length: int = Field(ge=2)
    epochs: int = Field(ge=1)
    patience: int = Field(ge=1)
    precision: Literal["float32", "mixed_bfloat16", "mixed_float16"]
    jit_compile: bool
    listen_at: tuple[Annotated[int, Field(ge=1)], ...]


def _default(section: Section, key: str) -> Any:
    return type(section).model_fields[key].default


def _check_whole_checks(iterations: int, check_every: int) -> None:
    if iterations < check_every:
        raise ValueError(f"check_every is {check_every} and iterations {iterations}: training would end unchecked")
    if iterations % check_every:
        raise ValueError(
            f"iterations is {iterations}, and check_every {check_every} does not divide it: the last iterations would "
            "be unchecked"
        )


class MuseGAN(Section):
    composition: Literal["hybrid", "composer", "jamming"]
    conditioning: Literal["none", "track"]
    given: int = Field(0, ge=0)  # the track that is given, with conditioning: track
    embedding: int = Field(32, ge=1)  # numbers that tell a bar of the given track
    bars: int = Field(ge=2, le=16)  # of a phrase
    noise: int = Field(ge=1)
    join: Literal["concatenate", "sum"]
    width: float = Field(gt=0, le=4)
    streams: bool
    conductor: bool
    track_widths: dict[Annotated[int, Field(ge=0)], Annotated[float, Field(gt=0, le=4)]] = Field(default_factory=dict)
    key: Literal["original", "common"]
    binarise: Literal["argmax", "threshold", "bernoulli"]
    batch_size: int = Field(ge=2)
    critic_updates: int = Field(ge=1)
    penalty: float = Field(gt=0)
    learning_rate: float = Field(gt=0)
    beta_1: float = Field(ge=0, lt=1)
    beta_2: float = Field(ge=0, lt=1)
    average: float = Field(ge=0, lt=1)
    iterations: int = Field(ge=1)
    check_every: int = Field(ge=1)
    patience: int = Field(ge=1)
    least_diversity: float = Field(ge=0, le=1)
    precision: Literal["float32", "mixed_bfloat16"]
    jit_compile: bool
    listen_at: tuple[Annotated[int, Field(ge=1)], ...]

    @model_validator(mode="after")
    def _parts_fit(self) -> "MuseGAN":
        if self.conditioning == "none":
            for key in (key for key in ("given", "embedding") if getattr(self, key) != _default(self, key)):
                raise ValueError(f"{key} is of a track that is given: leave it out, or set conditioning: track")
        elif self.given in self.track_widths:
            raise ValueError(f"track_widths names track {self.given}, which is given, not generated")
        if self.conductor and self.composition != "hybrid":
            raise ValueError(f"conductor is of composition: hybrid alone; set it to false for {self.composition}")
        _check_whole_checks(self.iterations, self.check_every)
        return self


class CRNNGAN(Section):
    generator: Literal["dense", "lstm"]
    steps: int = Field(ge=2, le=1024)  # of a window
    noise: int = Field(ge=1)
    output: Literal["chosen", "continuous"]
    generator_width: float = Field(gt=0, le=4)
    discriminator_width: float = Field(gt=0, le=4)
    matching: Literal["none", "paired", "means"]
    freeze: float = Field(ge=0, lt=1)
    steadying: float = Field(ge=0)
    weight_decay: float = Field(ge=0)
    pretrain: int = Field(ge=0)
    grow: tuple[Annotated[int, Field(ge=1)], ...]
    pretrain_rate: float = Field(gt=0)
    batch_size: int = Field(ge=2)
    learning_rate: float = Field(gt=0)
    beta_1: float = Field(ge=0, lt=1)
    beta_2: float = Field(ge=0, lt=1)
    average: float = Field(ge=0, lt=1)
    iterations: int = Field(ge=1)
    check_every: int = Field(ge=1)
    patience: int = Field(ge=1)
    least_diversity: float = Field(ge=0, le=1)
    jit_compile: bool
    listen_at: tuple[Annotated[int, Field(ge=1)], ...]

    @model_validator(mode="after")
    def _parts_fit(self) -> "CRNNGAN":
        if self.pretrain and self.generator == "dense":
            raise ValueError(
                "pretrain is of the next tone, which generator: dense does not make by itself: set it to 0"
            )
        if self.generator == "dense" and self.noise < LEAST_WINDOW_NOISE:
            raise ValueError(
                f"noise is {self.noise}: with generator: dense it is that of a whole window, {LEAST_WINDOW_NOISE} at "
                "least, 1000 as published"
            )
        if self.grow and self.generator == "dense":
            raise ValueError("grow is of pre-training, which generator: dense does not have: set it to []")
        if self.grow and not self.pretrain:
            raise ValueError("grow is of pre-training: leave it empty, or set pretrain")
        lengths = (*self.grow, self.steps)
        if any(longer <= length for length, longer in pairwise(lengths)):
            raise ValueError(f"grow is {list(self.grow)}: lengths grow, and stay below steps, {self.steps}")
        if self.pretrain % len(lengths):
            raise ValueError(
                f"pretrain is {self.pretrain}: each of the {len(lengths)} lengths of grow and steps has as many updates"
            )
        _check_whole_checks(self.iterations, self.check_every)
        return self


class Models(Section):
    attention_lstm: AttentionLSTM
    attention_lstm_chords: AttentionLSTM
    musegan: MuseGAN
    musegan_accompany: MuseGAN
    crnn_gan: CRNNGAN


class SampleLSTM(Section):
    count: int = Field(ge=1, le=1000)
    shown: int = Field(ge=1, le=64)  # so many of them as MIDI, picture and sound
    length: int = Field(ge=1, le=4096)
    temperature: float = Field(ge=0, le=5)
    duration_temperature: float = Field(ge=0, le=5)
    top_k: int = Field(ge=0)
    top_p: float = Field(gt=0, le=1)


class SampleGAN(Section):
    count: int = Field(ge=1, le=1000)
    shown: int = Field(ge=1, le=64)
    bars: int = Field(ge=1, le=64)
    noise_scale: float = Field(ge=0, le=5)


class SampleTones(Section):
    count: int = Field(ge=1, le=1000)
    shown: int = Field(ge=1, le=64)
    length: int = Field(ge=1, le=4096)  # tones
    noise_scale: float = Field(ge=0, le=5)


class Samples(Section):
    attention_lstm: SampleLSTM
    attention_lstm_chords: SampleLSTM
    musegan: SampleGAN
    musegan_accompany: SampleGAN
    crnn_gan: SampleTones


class Evaluate(Section):
    ngram_orders: int = Field(ge=1, le=8)
    copying_margin: float = Field(ge=0, le=1)
    least_diversity: float = Field(ge=0, le=1)


class Select(Section):
    metric: str = Field(min_length=1)
    direction: Literal["minimise", "maximise"]
    promote: Literal["never", "first", "better"]
    texture: Literal["melody", "chords", "voices", "band"]


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


class _Loader(yaml.SafeLoader):
    """YAML 1.2 floats: PyYAML alone reads 1e-4 as a string."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(
        r"^[-+]?(?:[0-9][0-9_]*\.?[0-9_]*(?:[eE][-+]?[0-9]+)|[0-9][0-9_]*\.[0-9_]*|\.[0-9]+(?:[eE][-+]?[0-9]+)?|\.inf|\.nan)$"
    ),
    list("-+0123456789."),
)


def read_yaml(path: Path) -> Any:
    """The plain content of a YAML file. Raises ParamsError."""
    if not path.is_file():
        raise ParamsError(f"{path} is missing: stages run in the project's root")
    try:
        return yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except yaml.YAMLError as error:
        raise ParamsError(f"{path} is not YAML: {error}") from error


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


def overlay(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`base` with `changes` laid over it, mapping by mapping; a `source` is one choice and is replaced whole."""
    merged = dict(base)
    for key, value in changes.items():
        deeper = key != "source" and isinstance(value, dict) and isinstance(base.get(key), dict)
        merged[key] = overlay(base[key], value) if deeper else value
    return merged


def options(base: dict[str, Any], changes: dict[str, Any], within: str = "") -> list[str]:
    """What lays `changes` over `base` as `dvc exp run -S` takes it, e.g. "models.musegan.bars=4".

    Lists are one value; a key that `base` lacks is marked as added. Raises ParamsError for a `source`, which -S can
    change key by key but not replace.
    """
    told: list[str] = []
    for key, value in changes.items():
        if key == "source":
            raise ParamsError(f"{within}{key} cannot be replaced by options: write it into {paths.PARAMS}")
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            told += options(base[key], value, f"{within}{key}.")
        else:
            one_line = yaml.safe_dump(value, default_flow_style=True, width=math.inf).partition("\n")[0]
            told.append(f"{'' if key in base else '+'}{within}{key}={one_line}")
    return told


def main() -> None:
    """`python -m counterpoint.params params.yaml changes.yaml`: print the first with the second laid over it; with
    `--options` at the end print instead a line for each change, as `dvc exp run -S` takes it.
    """
    base, changes = (read_yaml(Path(name)) for name in sys.argv[1:3])
    merged = overlay(base, changes)
    parse(merged, " + ".join(sys.argv[1:3]))
    if sys.argv[3:] == ["--options"]:
        print("\n".join(options(base, changes)))
    else:
        yaml.safe_dump(merged, sys.stdout, sort_keys=False)


if __name__ == "__main__":
    main()
