"""The attention LSTM: two symbol streams in, two softmax heads out, softmax attention over the positions so far.

Layers as in Foster, *Generative Deep Learning*, chapter "Compose" (after Skúli, "How to Generate Music using a LSTM"):
embeddings of note and duration side by side, stacked LSTM layers, one tanh score a position, softmax over time, the
weighted sum of the hidden states as context, one head a stream. Departures, each with its reason:

- The target is the event after the input. The printed code predicts one that its window already holds.
- `attention="beside_state"`: a tanh score lies in [-1, 1], so no position can weigh more than e² times another and the
  context is nearly a running mean. The heads therefore see the context beside the current hidden state.
  `attention="printed"` shows them the context alone.
- `note_symbols="composed"`: the vectors of note symbols, in the embedding and in the head, are made of their pitches
  (`composed`). "plain" gives each its own, as printed.
- Embeddings begin ten times as wide as Keras makes them (`EMBEDDING_DEVIATION`).
- All prefixes in one pass: softmax attention over positions 0..t is a ratio of two running sums, and a bounded score
  needs no shift by its maximum before exp. `Network.windowed` is the published form, one window one target, with the
  same weights; both agree to rounding.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from counterpoint.encodings.events import PAD, SPECIALS
from counterpoint.models.attention_lstm.composed import ComposedEmbedding, ComposedHead
from counterpoint.models.folder import NETWORK

EMBEDDING_DEVIATION = 0.5
HEAD_DEVIATION = 0.05  # of composed vectors in the head: some 1,000 symbols begin with nearly equal chances


@dataclass(frozen=True)
class Architecture:
    """Everything that decides the network's shape; network.json holds exactly this."""

    note_size: int
    duration_size: int
    embedding: int
    units: int
    layers: int
    attention: Literal["beside_state", "printed"]
    note_symbols: Literal["plain", "composed"]
    dropout: float

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Architecture":
        """The architecture in `text`; ValueError if fields are missing, unknown or impossible."""
        try:
            architecture = cls(**json.loads(text))
        except (TypeError, ValueError) as error:
            raise ValueError(f"network.json does not describe an attention LSTM: {error}") from error
        sizes = (architecture.note_size, architecture.duration_size, architecture.embedding, architecture.units)
        chosen = (
            architecture.attention in ("beside_state", "printed"),
            architecture.note_symbols in ("plain", "composed"),
        )
        if min(sizes) < 1 or architecture.layers < 1 or not all(chosen):
            raise ValueError(f"network.json describes an impossible network: {architecture}")
        return architecture


class State(NamedTuple):
    """What the network carries from event to event, float32 (attention sums) or the compute type (cells).

    hidden, cell: one (batch, units) tensor a layer; numerator: (batch, units), the sum of exp(score)·hidden so far;
    denominator: (batch, 1), the sum of exp(score).
    """

    hidden: tuple[Any, ...]
    cell: tuple[Any, ...]
    numerator: Any
    denominator: Any


class Stepping(NamedTuple):
    """The recurrent weights in the form that costs least a step: few and large products.

    notes, durations: (symbols, 4 units), what each symbol adds to the first layer's gates. kernels: a layer's product;
    from the second layer on, of input and hidden state side by side. biases: of the second layer and on.
    note_vectors: of a composed note head, (symbols, embedding); None of a plain one.
    """

    notes: Any
    durations: Any
    kernels: tuple[Any, ...]
    biases: tuple[Any, ...]
    note_vectors: Any


class Network(keras.Model):
    """The network over whole sequences. Everything is causal, so right padding changes nothing before it.

    `network((notes, durations))` takes int32 (batch, length + 1) each, reads all but the last symbol and returns logits
    (batch, length, note_size) and (batch, length, duration_size), float32, for all but the first.
    """

    def __init__(self, architecture: Architecture, sets: np.ndarray, precision: str = "float32") -> None:
        """sets: the vocabulary's `pitch_sets`, of which composed symbols are made. ValueError if they do not fit."""
        super().__init__(name="attention_lstm", dtype=precision)
        if len(sets) + SPECIALS != architecture.note_size:
            raise ValueError(
                f"the network has {architecture.note_size} note symbols, the vocabulary {len(sets) + SPECIALS}: they "
                "are not of one model"
            )
        self.architecture = architecture
        size, composed = architecture, architecture.note_symbols == "composed"
        # Keras's own ±0.05 leaves the gates all but blind for the first hundreds of updates.
        spread = keras.initializers.RandomNormal(stddev=EMBEDDING_DEVIATION)
        self.note_embedding = (
            ComposedEmbedding(sets, size.embedding, EMBEDDING_DEVIATION, "note", precision)
            if composed
            else keras.layers.Embedding(size.note_size, size.embedding, spread, name="note", dtype=precision)
        )
        self.duration_embedding = keras.layers.Embedding(
            size.duration_size, size.embedding, spread, name="duration", dtype=precision
        )
        self.recurrent = [
            keras.layers.LSTM(size.units, return_sequences=True, return_state=True, name=f"lstm_{i}", dtype=precision)
            for i in range(size.layers)
        ]
        self.score = keras.layers.Dense(1, activation="tanh", name="score", dtype=precision)
        self.note_head = (
            ComposedHead(sets, size.embedding, HEAD_DEVIATION, "note_head")
            if composed
            else keras.layers.Dense(size.note_size, name="note_head", dtype="float32")
        )
        self.duration_head = keras.layers.Dense(size.duration_size, name="duration_head", dtype="float32")
        self._build_layers()

    def _build_layers(self) -> None:
        size = self.architecture
        features = size.units * (2 if size.attention == "beside_state" else 1)
        self.note_embedding.build((None, None))
        self.duration_embedding.build((None, None))
        for depth, layer in enumerate(self.recurrent):
            layer.build((None, None, 2 * size.embedding if depth == 0 else size.units))
        self.score.build((None, None, size.units))
        self.note_head.build((None, None, features))
        self.duration_head.build((None, None, features))
        self.built = True

    def start(self, batch: Any) -> State:
        """The state before the first event, for `batch` sequences."""
        zeros = tuple(tf.zeros((batch, self.architecture.units), self.compute_dtype) for _ in self.recurrent)
        return State(zeros, zeros, tf.zeros((batch, self.architecture.units)), tf.zeros((batch, 1)))

    def call(self, inputs: tuple[Any, Any], seed: Any = None) -> tuple[Any, Any]:
        """Logits for every next event. seed: int32 (2,), the training's and the step's number, keys of the dropout
        masks; None drops nothing.
        """
        notes, durations = inputs
        features, _ = self.advance(notes[:, :-1], durations[:, :-1], self.start(tf.shape(notes)[0]), seed)
        return self.note_logits(features), self.duration_logits(features)

    def advance(self, notes: Any, durations: Any, state: State, seed: Any = None) -> tuple[Any, State]:
        """What the heads see after each event of (batch, length) symbols, and the state after the last."""
        hidden, hiddens, cells = self._embed(notes, durations), [], []
        for depth, layer in enumerate(self.recurrent):
            hidden = self._dropped(hidden, seed, depth)
            hidden, last_hidden, last_cell = layer(hidden, initial_state=[state.hidden[depth], state.cell[depth]])
            hiddens.append(last_hidden)
            cells.append(last_cell)
        hidden = self._dropped(hidden, seed, len(self.recurrent))
        weight, weighted = self._weigh(hidden)
        denominator = state.denominator[:, None] + tf.cumsum(weight, axis=1)
        numerator = state.numerator[:, None] + tf.cumsum(weighted, axis=1)
        features = self._features(hidden, numerator / denominator)
        return features, State(tuple(hiddens), tuple(cells), numerator[:, -1], denominator[:, -1])

    def stepping(self) -> Stepping:
        """The present weights as `step` wants them; make them once, outside the loop."""
        embedding, compute = self.architecture.embedding, self.compute_dtype
        cells = [layer.cell for layer in self.recurrent]
        first = cells[0].kernel
        both = [tf.concat([cell.kernel, cell.recurrent_kernel], axis=0) for cell in cells[1:]]
        return Stepping(
            tf.cast(tf.matmul(self.note_embedding.embeddings, first[:embedding]) + cells[0].bias, compute),
            tf.cast(tf.matmul(self.duration_embedding.embeddings, first[embedding:]), compute),
            tuple(tf.cast(kernel, compute) for kernel in (cells[0].recurrent_kernel, *both)),
            tuple(tf.cast(cell.bias, compute) for cell in cells[1:]),
            self.note_head.embeddings if self.architecture.note_symbols == "composed" else None,
        )

    def step(self, weights: Stepping, note: Any, duration: Any, state: State) -> tuple[Any, State]:
        """`advance` by one event, (batch,) symbols, without a loop: features (batch, width) and the state."""
        gates = tf.gather(weights.notes, note) + tf.gather(weights.durations, duration)
        hidden, cell = _lstm(gates + tf.matmul(state.hidden[0], weights.kernels[0]), state.cell[0])
        hiddens, cells = [hidden], [cell]
        for kernel, bias, *last in zip(
            weights.kernels[1:], weights.biases, state.hidden[1:], state.cell[1:], strict=True
        ):
            gates = tf.matmul(tf.concat([hidden, last[0]], axis=1), kernel) + bias
            hidden, cell = _lstm(gates, last[1])
            hiddens.append(hidden)
            cells.append(cell)
        weight, weighted = self._weigh(hidden)
        numerator, denominator = state.numerator + weighted, state.denominator + weight
        return self._features(hidden, numerator / denominator), State(
            tuple(hiddens), tuple(cells), numerator, denominator
        )

    def windowed(self, notes: Any, durations: Any) -> Any:
        """The published form, kept as the reference: one right-padded window (batch, window) a target.

        Returns what the heads see after the window's last event, (batch, width), with softmax attention over the
        window's events. Equal to `advance` at that event where the window reaches back to the sequence's start.
        """
        hidden = self._embed(notes, durations)
        for layer in self.recurrent:
            hidden, _, _ = layer(hidden)
        present = tf.cast(notes != PAD, tf.float32)
        score = tf.cast(self.score(hidden), tf.float32)[..., 0] - 1e9 * (1.0 - present)
        context = tf.einsum("bt,btu->bu", tf.nn.softmax(score, axis=1), tf.cast(hidden, tf.float32))
        last = tf.cast(tf.reduce_sum(present, axis=1), tf.int32) - 1
        return self._features(tf.gather(hidden, last, axis=1, batch_dims=1), context)

    def note_logits(self, features: Any, weights: Stepping | None = None) -> Any:
        """Logits of the notes. weights: what `stepping` gave, which saves a composed head some work a call."""
        if weights is None or weights.note_vectors is None:
            return self.note_head(features)
        return self.note_head(features, weights.note_vectors)

    def duration_logits(self, features: Any) -> Any:
        return self.duration_head(features)

    def _embed(self, notes: Any, durations: Any) -> Any:
        return tf.concat([self.note_embedding(notes), self.duration_embedding(durations)], axis=-1)

    def _dropped(self, values: Any, seed: Any, place: int) -> Any:
        # Stateless masks: a resumed training must draw what the uninterrupted one would have drawn.
        if seed is None or self.architecture.dropout == 0 or place == 0:
            return values
        return tf.nn.experimental.stateless_dropout(values, self.architecture.dropout, seed * [1, 16] + [0, place])

    def _weigh(self, hidden: Any) -> tuple[Any, Any]:
        # Float32: in half precision a sum over some thousand positions no longer changes by its addends.
        weight = tf.exp(tf.cast(self.score(hidden), tf.float32))
        return weight, weight * tf.cast(hidden, tf.float32)

    def _features(self, hidden: Any, context: Any) -> Any:
        if self.architecture.attention == "printed":
            return context
        return tf.concat([context, tf.cast(hidden, tf.float32)], axis=-1)


def _lstm(gates: Any, cell: Any) -> tuple[Any, Any]:
    """Hidden state and cell from the gates (batch, 4 units) in Keras's order: input, forget, candidate, output."""
    let_in, keep, candidate, let_out = tf.split(gates, 4, axis=1)
    cell = tf.sigmoid(keep) * cell + tf.sigmoid(let_in) * tf.tanh(candidate)
    return tf.sigmoid(let_out) * tf.tanh(cell), cell


def save(network: Network, folder: Path) -> None:
    """Write network.json and model.weights.h5: the same weights are the same bytes."""
    (folder / NETWORK).write_text(network.architecture.to_json(), encoding="utf-8")
    network.save_weights(folder / "model.weights.h5")


def load(folder: Path, sets: np.ndarray) -> Network:
    """The network in `folder`, computing in float32, with the vocabulary's `pitch_sets`.

    ValueError if the files or the sets do not fit each other.
    """
    network = Network(Architecture.from_json((folder / NETWORK).read_text(encoding="utf-8")), sets)
    network.load_weights(folder / "model.weights.h5")
    return network
