"""The sections that say what is written to be judged, how it is judged, and who is chosen."""

from typing import Literal

from pydantic import Field

from counterpoint.params.section import Section


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
