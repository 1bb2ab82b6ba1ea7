"""A trained attention LSTM at work: melodies or chords from START or continuing a primer, with carried state."""

import os
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import tensorflow as tf

from counterpoint.encodings import events
from counterpoint.encodings.events import END, PAD, SPECIALS, START, UNKNOWN, Events, Texture, Tokens
from counterpoint.encodings.vocabulary import Vocabulary
from counterpoint.models import folder as model_folder
from counterpoint.models.attention_lstm import network as networks
from counterpoint.models.attention_lstm.network import Network, State
from counterpoint.models.attention_lstm.sampling import choose, uniforms
from counterpoint.models.folder import ModelFolderError, NonFiniteWeights
from counterpoint.models.generator import Sampling, refuse_beyond

if TYPE_CHECKING:
    from counterpoint.evaluation.likelihood import EventNats

CONTROLS = frozenset({"count", "length", "temperature", "duration_temperature", "top_k", "top_p", "seed"})
LONGEST = 4096  # events of a piece that Sampling allows: the loop's fixed size, so that it is compiled once
# Another shape of a product may be another sum to the last bit, so a stream's shape hangs on its number alone: stream 0
# always runs by itself, at four times the speed it would have in company; the others run in eights.
ALONE, TOGETHER = 1, 8
_NOTHING = Events(("primer",), np.zeros(2, np.int64), np.zeros((0, 2), np.uint64), np.zeros(0, np.int32))


class AttentionLSTM:
    """A `models.generator.Generator` of its vocabulary's texture, and a Continuer; see `load`. name: in the catalog."""

    controls = CONTROLS

    def __init__(self, name: str, network: Network, vocabulary: Vocabulary) -> None:
        sizes = (network.architecture.note_size, network.architecture.duration_size)
        if sizes != (vocabulary.note_size, vocabulary.duration_size):
            raise ValueError(
                f"the network has {sizes} note and duration symbols, the vocabulary "
                f"{(vocabulary.note_size, vocabulary.duration_size)}: they are not of one model"
            )
        self.name = name
        self.texture: str = vocabulary.texture
        self.network = network
        self.vocabulary = vocabulary
        # XLA: a step is a hundred small operations, and calling each would cost more than they do.
        self._write = {
            rows: tf.function(
                partial(_write, network, rows), input_signature=_signature(network, rows), jit_compile=True
            )
            for rows in (ALONE, TOGETHER)
        }
        self._read = tf.function(partial(_read, network), input_signature=[tf.TensorSpec((1, None), tf.int32)] * 2)

    def generate(self, sampling: Sampling) -> pd.DataFrame:
        """`sampling.count` pieces as one note table: "000", "001", …, one track.

        A piece ends at the END it writes itself, or after `sampling.length` events, rests among them. Temperature 0 is
        greedy: then all pieces are the same. PAD, START and UNKNOWN are never written, nor END first.

        Raises ValueError for fields that are not in `CONTROLS`.
        """
        return self._gone_on_from(_NOTHING, sampling)

    def continue_from(self, primer: pd.DataFrame, sampling: Sampling) -> pd.DataFrame:
        """As `generate`, from a beginning that is given; `sampling.length` counts its events too.

        primer: a note table of one piece without drums, every piece's beginning; for the texture "melody" monophonic
        (`notes.lines.highest_line` makes one). Symbols of it that are not in the vocabulary are read as UNKNOWN.

        Raises ValueError if the primer is not one such piece or leaves no room below `sampling.length`, and for fields
        that are not in `CONTROLS`.
        """
        return self._gone_on_from(_primer_events(primer, self.vocabulary.texture, sampling.length), sampling)

    def _gone_on_from(self, given: Events, sampling: Sampling) -> pd.DataFrame:
        refuse_beyond(CONTROLS, sampling, self.name)
        state, note, duration = self._after(given)
        left = sampling.length - len(given.ticks)
        with ThreadPoolExecutor(os.cpu_count()) as cores:
            stretch = partial(self._stretch, sampling, left, state, note, duration)
            parts = list(cores.map(stretch, [0, *range(ALONE, sampling.count, TOGETHER)]))
        notes, durations = (np.concatenate(streams)[: sampling.count] for streams in zip(*parts, strict=True))
        return events.decode(_joined(given, self.vocabulary, notes, durations))

    def likelihood(self, tokens: Tokens) -> "tuple[EventNats, tuple[np.ndarray, np.ndarray]]":
        """-log p of every event of `tokens`, END included, and whether its likeliest (note, duration) was right."""
        # Imported here: a served model only writes, and is packed without what scores.
        from counterpoint.evaluation.likelihood import EventNats
        from counterpoint.models.attention_lstm.likelihood import nats

        found = nats(self.network, tokens)
        joint = found.note_nats + found.duration_nats
        return EventNats(found.note_nats, found.duration_nats, joint), (found.note_correct, found.duration_correct)

    def _after(self, given: Events) -> tuple[State, Any, Any]:
        """The state before the last symbol of START + `given`, and that symbol: where writing goes on."""
        tokens = self.vocabulary.tokens(given)
        notes, durations = tokens.notes[:-1], tokens.durations[:-1]
        state = self.network.start(1)
        if len(notes) > 1:
            state = self._read(notes[None, :-1], durations[None, :-1])
        return state, notes[-1], durations[-1]

    def _stretch(
        self, sampling: Sampling, steps: int, state: State, note: Any, duration: Any, first: int
    ) -> tuple[np.ndarray, np.ndarray]:
        """Tokens (rows, steps) of both streams for the pieces of the pass that begins with `first`, PAD after END."""
        rows = TOGETHER if first else ALONE
        wanted = np.arange(first, first + rows) < sampling.count
        random = np.zeros((LONGEST, rows, 2), np.float32)
        for row in np.flatnonzero(wanted):
            random[:steps, row] = uniforms(sampling.seed, first + int(row), steps)
        duration_temperature = sampling.duration_temperature
        notes, durations = self._write[rows](
            tf.nest.map_structure(lambda x: tf.repeat(x, rows, axis=0), state),
            tf.fill((rows,), note),
            tf.fill((rows,), duration),
            tf.constant(wanted),
            tf.constant(steps),
            random,
            tf.constant(sampling.temperature, tf.float32),
            tf.constant(sampling.temperature if duration_temperature is None else duration_temperature, tf.float32),
            tf.constant(sampling.top_k, tf.int32),
            tf.constant(sampling.top_p, tf.float32),
        )
        return notes.numpy()[:, :steps], durations.numpy()[:, :steps]


def load(folder: Path) -> AttentionLSTM:
    """The generator in a trained model's folder, its digests checked first.

    Raises ModelFolderError if a file is missing, altered or unreadable, NonFiniteWeights if a weight is not finite.
    """
    manifest = model_folder.verify(folder)
    try:
        vocabulary = Vocabulary.from_json((folder / "encoding.json").read_text(encoding="utf-8"))
        network = networks.load(folder, vocabulary.pitch_sets)
        generator = AttentionLSTM(manifest.generator, network, vocabulary)
    except (ValueError, OSError, KeyError) as error:
        raise ModelFolderError(f"{folder}: the model cannot be put together: {error}") from error
    for weight in network.weights:
        if not np.isfinite(weight.numpy()).all():
            raise NonFiniteWeights(
                f"{folder}: the weights of {weight.path} are not all finite numbers: training diverged, and this model "
                "must not be used; train again with a lower learning_rate or clip_norm"
            )
    return generator


def _read(network: Network, notes: Any, durations: Any) -> State:
    _, state = network.advance(notes, durations, network.start(1))
    return state


def _write(
    network: Network,
    rows: int,
    state: State,
    note: Any,
    duration: Any,
    wanted: Any,
    steps: Any,
    random: Any,
    temperature: Any,
    duration_temperature: Any,
    top_k: Any,
    top_p: Any,
) -> tuple[Any, Any]:
    """The whole loop in one graph, `steps` long or less if all have ended: tokens (rows, LONGEST), then PAD."""
    weights = network.stepping()
    never_note = _impossible(network.architecture.note_size, [PAD, START, UNKNOWN])
    never_duration = _impossible(network.architecture.duration_size, [PAD, START, END, UNKNOWN])
    no_end = _impossible(network.architecture.note_size, [END])
    written = [tf.TensorArray(tf.int32, LONGEST, element_shape=(rows,)) for _ in range(2)]

    def go_on(step: Any, note: Any, duration: Any, state: State, open_: Any, written: Any) -> Any:
        return (step < steps) & tf.reduce_any(open_)

    def one(step: Any, note: Any, duration: Any, state: State, open_: Any, written: Any) -> tuple:
        features, state = network.step(weights, note, duration, state)
        begins = tf.cast(note == START, tf.float32)[:, None]
        logits = network.note_logits(features, weights) + never_note
        logits = tf.where(begins > 0, logits + no_end, logits)
        note = choose(logits, random[step, :, 0], temperature, top_k, top_p)
        logits = network.duration_logits(features) + never_duration
        duration = choose(logits, random[step, :, 1], duration_temperature, top_k, top_p)
        duration = tf.where(note == END, END, duration)
        shown = [tf.where(open_, symbols, PAD) for symbols in (note, duration)]
        written = [array.write(step, symbols) for array, symbols in zip(written, shown, strict=True)]
        return step + 1, note, duration, state, open_ & (note != END), written

    # Every stream goes on in lockstep; what one does after its END is cut off, not fed back into what is kept.
    *_, written = tf.while_loop(go_on, one, (0, note, duration, state, wanted, written))
    return tuple(tf.transpose(array.stack()) for array in written)


def _signature(network: Network, rows: int) -> list:
    batch = tf.nest.map_structure(lambda x: tf.TensorSpec((rows, x.shape[1]), x.dtype), network.start(1))
    symbols, count, number = (tf.TensorSpec(*of) for of in (((rows,), tf.int32), ((), tf.int32), ((), tf.float32)))
    wanted, random = tf.TensorSpec((rows,), tf.bool), tf.TensorSpec((LONGEST, rows, 2), tf.float32)
    return [batch, symbols, symbols, wanted, count, random, number, number, count, number]


def _impossible(size: int, symbols: list[int]) -> tf.Tensor:
    mask = np.zeros(size, np.float32)
    mask[symbols] = -np.inf
    return tf.constant(mask)


def _primer_events(primer: pd.DataFrame, texture: Texture, length: int) -> Events:
    if primer["piece"].nunique() != 1:
        raise ValueError(f"a primer is one piece, got {primer['piece'].nunique()}")
    given = events.encode(primer, texture)
    if len(given.ticks) >= length:
        raise ValueError(
            f"the primer has {len(given.ticks)} events and length allows {length} a piece, the primer's among them: "
            "ask for a greater length or give a shorter primer"
        )
    return given


def _joined(given: Events, vocabulary: Vocabulary, notes: np.ndarray, durations: np.ndarray) -> Events:
    """The primer and what each stream wrote after it, as raw events: an unknown symbol of the primer stays itself."""
    inside = notes >= SPECIALS
    lengths = inside.sum(axis=1)
    offsets = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    names = tuple(f"{number:03d}" for number in range(len(notes)))
    fresh = vocabulary.events(Tokens(names, offsets, notes[inside], durations[inside]))
    places = np.repeat(offsets[:-1], len(given.ticks))
    return Events(
        names,
        offsets + np.arange(len(offsets)) * len(given.ticks),
        np.insert(fresh.chords, places, np.tile(given.chords, (len(names), 1)), axis=0),
        np.insert(fresh.ticks, places, np.tile(given.ticks, len(names))),
    )
