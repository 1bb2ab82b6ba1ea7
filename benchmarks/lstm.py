"""How much the one-pass training and the carried state bring, each beside the published way on the same machine.

    python benchmarks/lstm.py [--json FILE] [--seconds 5]

Training: targets a second, all prefixes of 64-event sequences in one pass against one window a target, both compiled,
batch 64, two layers of 256 units. Generation: notes a second with carried state in one compiled loop, one stream and
64, against `Model.predict` on the window of the last 64 events for each note. Only the ratios are meant for comparing;
both sides of each are measured in one run.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from counterpoint.encodings.events import END
from counterpoint.encodings.vocabulary import Vocabulary
from counterpoint.models.attention_lstm.generator import AttentionLSTM
from counterpoint.models.attention_lstm.likelihood import cross_entropies
from counterpoint.models.attention_lstm.network import Architecture, Network
from counterpoint.models.generator import Sampling

BATCH, LENGTH, UNITS = 64, 64, 256
VOCABULARY = Vocabulary("melody", ((), *((pitch,) for pitch in range(52, 88))), tuple(range(6, 96, 6)))
GOALS = {"training": 30, "generation, 1 stream": 200, "generation, 64 streams": 1500}


class Windowed(keras.Model):
    """The published form as a Keras model: logits of the one event after each right-padded window."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def call(self, inputs: tuple) -> tuple:
        features = self.network.windowed(*inputs)
        return self.network.note_logits(features), self.network.duration_logits(features)


def network() -> Network:
    """A network of the benchmark's size that all but never ends a melody."""
    sizes = (VOCABULARY.note_size, VOCABULARY.duration_size)
    made = Network(Architecture(*sizes, 100, UNITS, 2, "beside_state", "plain", 0.0), VOCABULARY.pitch_sets)
    made.note_head.bias.assign(np.where(np.arange(sizes[0]) == END, -50.0, 0.0))
    return made


def rate(work: Callable[[], int], seconds: float) -> float:
    """How much `work` gets done a second, after once to warm up: it returns how much it did."""
    work()
    done, begun = 0, time.perf_counter()
    while (passed := time.perf_counter() - begun) < seconds:
        done += work()
    return done / passed


def training(net: Network, seconds: float) -> dict[str, float]:
    """Targets a second: one pass, and one window a target."""
    random = np.random.default_rng(1)
    notes = random.integers(4, VOCABULARY.note_size, (BATCH, LENGTH + 1)).astype(np.int32)
    durations = random.integers(4, VOCABULARY.duration_size, (BATCH, LENGTH + 1)).astype(np.int32)
    windowed = Windowed(net)

    def prefixes() -> tuple:
        return net((notes, durations)), notes[:, 1:], durations[:, 1:]

    def windows() -> tuple:
        return windowed((notes[:, :-1], durations[:, :-1])), notes[:, -1], durations[:, -1]

    def step(forward: Callable[[], tuple]) -> Callable[[], int]:
        optimizer = keras.optimizers.Adam(1e-4, global_clipnorm=1.0)
        optimizer.build(net.trainable_variables)

        @tf.function
        def update() -> tf.Tensor:
            with tf.GradientTape() as tape:
                logits, next_notes, next_durations = forward()
                loss = tf.add_n([tf.reduce_mean(nats) for nats in cross_entropies(*logits, next_notes, next_durations)])
            optimizer.apply(tape.gradient(loss, net.trainable_variables), net.trainable_variables)
            return tf.size(next_notes)

        return lambda: int(update())

    return {"counterpoint": rate(step(prefixes), seconds), "published": rate(step(windows), seconds)}


def generation(net: Network, streams: int, seconds: float) -> float:
    """Events a second with carried state."""
    generator, length = AttentionLSTM("attention_lstm", net, VOCABULARY), 1024

    def write() -> int:
        generator.generate(Sampling(count=streams, length=length))
        return streams * length

    return rate(write, seconds)


def prediction(net: Network, seconds: float) -> float:
    """Events a second with `predict` on the window, notes chosen greedily (choosing costs nothing beside it)."""
    model = Windowed(net)
    window = np.random.default_rng(2).integers(4, VOCABULARY.duration_size, (2, 1, LENGTH)).astype(np.int32)

    def write() -> int:
        note_logits, duration_logits = model.predict((window[0], window[1]), verbose=0)
        window[:, :, :-1] = window[:, :, 1:]
        window[:, 0, -1] = 4 + note_logits[0, 4:].argmax(), 4 + duration_logits[0, 4:].argmax()
        return 1

    return rate(write, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--seconds", type=float, default=5.0, help="of measuring, for each figure")
    arguments = parser.parse_args()
    keras.utils.set_random_seed(1685)
    net = network()
    predicted = prediction(net, arguments.seconds)
    figures = {
        "training": training(net, arguments.seconds),
        "generation, 1 stream": {"counterpoint": generation(net, 1, arguments.seconds), "published": predicted},
        "generation, 64 streams": {"counterpoint": generation(net, 64, arguments.seconds), "published": predicted},
    }
    print(f"{'':24}{'counterpoint':>14}{'published':>12}{'ratio':>9}{'goal':>8}   (targets or events a second)")
    for name, figure in figures.items():
        figure["ratio"] = figure["counterpoint"] / figure["published"]
        print(
            f"{name:24}{figure['counterpoint']:14,.0f}{figure['published']:12,.1f}{figure['ratio']:8,.0f}×{GOALS[name]:7,}×"
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
