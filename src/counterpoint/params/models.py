"""The section models: what each generator is, and how it is trained."""

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from counterpoint.params.section import Section

LEAST_WINDOW_NOISE = 32


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
