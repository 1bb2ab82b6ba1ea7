"""How long one step of C-RNN-GAN's training takes, beside the usual Keras way on the same machine.

    python benchmarks/crnn_gan.py [--json FILE] [--rounds 5] [--rows NAME ...]

A step is one update of both sides by 64 windows of 100 tones, nobody waiting; tones are numbers, as published (output:
continuous). Ours is one compiled step (`Game`). The other side is the same layers, from Keras, at the same widths:
`predict`, `train_on_batch` of the discriminator on real windows, on generated ones, and of the generator through it.
Keras has no layer that hears its own last output: its recurrent generator is given its noise alone, and so has less to
do than ours. They take turns, a round each, and what is compared is the medians. TF_ENABLE_ONEDNN_OPTS=1 in the
environment is for both.

`of the machine`: the multiply-adds that a step needs (`multiply_adds`), a second, as a share of those a second of
TensorFlow's product of two square matrices, which takes its turn in every round too.
"""

import argparse
import json
import os
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras.layers import (
    LSTM,
    BatchNormalization,
    Bidirectional,
    Dense,
    GlobalAveragePooling1D,
    LeakyReLU,
    Reshape,
)

from _measuring import SIDE, in_turn, product
from counterpoint.encodings.scale import Scale
from counterpoint.models.crnn_gan.architecture import Architecture
from counterpoint.models.crnn_gan.game import Game

BATCH, STEPS, NUMBERS = 64, 100, 4
SCALE = Scale((6, 36, 40, 0), (96, 84, 100, 96), 6, 1, "logarithmic", "melody", 0)
GOAL = 1.2
NOISE = {"dense": 1000, "lstm": 4}
ROWS: dict[str, dict[str, Any]] = {
    "dense, quarter widths": {"generator": "dense", "generator_width": 0.25, "discriminator_width": 0.25},
    "lstm, quarter widths": {"generator": "lstm", "generator_width": 0.25, "discriminator_width": 0.25},
    "dense": {"generator": "dense"},
    "lstm": {"generator": "lstm"},
}
XLA = {f"{name}, XLA": name for name in ("dense, quarter widths", "lstm, quarter widths")}  # beside ours without


def architecture(row: str) -> Architecture:
    return Architecture(steps=STEPS, numbers=NUMBERS, noise=NOISE[ROWS[row]["generator"]], **ROWS[row])


def game(sizes: Architecture, jit_compile: bool = False) -> Game:
    made = Game(sizes, SCALE, matching="none", freeze=0.0, steadying=0.0, weight_decay=0.0, average=0.0, seed=1685)
    made.compile(learning_rate=2e-4, beta_1=0.5, beta_2=0.999, jit_compile=jit_compile)
    return made


def windows() -> np.ndarray:
    return np.random.default_rng(1).uniform(-1, 1, (BATCH, STEPS, NUMBERS)).astype(np.float32)


def one_step(made: Game) -> Callable[[], object]:
    """As `fit` calls it: a graph of the whole step."""
    real, step = tf.constant(windows()), tf.function(made.train_step, autograph=False)
    return lambda: float(step(real)["generator_loss"])


def by_keras(sizes: Architecture) -> Callable[[], object]:
    generator, discriminator = keras_generator(sizes), keras_discriminator(sizes)
    both = keras.Sequential([keras.Input(sizes.noise_shape), generator, discriminator])
    for model in (discriminator, both):
        model.compile(keras.optimizers.Adam(2e-4, 0.5), "binary_crossentropy", metrics=["accuracy"])
    random, real = np.random.default_rng(2), windows()
    ones, zeros = np.ones((BATCH, 1), np.float32), np.zeros((BATCH, 1), np.float32)

    def noise() -> np.ndarray:
        return random.standard_normal((BATCH, *sizes.noise_shape)).astype(np.float32)

    def step() -> object:
        made = generator.predict(noise(), verbose=0)
        discriminator.trainable = True
        discriminator.train_on_batch(real, ones)
        discriminator.train_on_batch(made, zeros)
        discriminator.trainable = False  # Keras looks when it first trains, so that `both` teaches the generator alone
        return both.train_on_batch(noise(), ones)

    return step


def keras_generator(sizes: Architecture) -> keras.Model:
    layers: list[keras.layers.Layer] = [keras.Input(sizes.noise_shape)]
    if sizes.generator == "lstm":
        layers += [LSTM(units, return_sequences=True) for units in sizes.generator_units]
        return keras.Sequential([*layers, Dense(NUMBERS, activation="tanh")])
    for units in sizes.generator_units:
        layers += [Dense(units), LeakyReLU(0.2), BatchNormalization(momentum=0.8)]
    return keras.Sequential([*layers, Dense(STEPS * NUMBERS, activation="tanh"), Reshape((STEPS, NUMBERS))])


def keras_discriminator(sizes: Architecture) -> keras.Model:
    heard = keras.Input((STEPS, NUMBERS))
    if sizes.generator == "lstm":
        ahead, back = heard, keras.ops.flip(heard, 1)
        for units in sizes.discriminator_units:
            ahead, back = (LSTM(units, return_sequences=True)(x) for x in (ahead, back))
        both_ways = keras.layers.Concatenate()([ahead, keras.ops.flip(back, 1)])
        judged = Dense(1, activation="sigmoid")(both_ways)
        return keras.Model(heard, GlobalAveragePooling1D()(judged))
    first, both, *dense = sizes.discriminator_units
    x = Bidirectional(LSTM(both))(LSTM(first, return_sequences=True)(heard))
    for units in dense:
        x = LeakyReLU(0.2)(Dense(units)(x))
    return keras.Model(heard, Dense(1, activation="sigmoid")(x))


def multiply_adds(made: Game) -> int:
    """What a step of ours needs. G, D: generator and discriminator forward, by one batch.

    Forward, G and D twice, of real windows and of generated; back, as much to the weights of each; and down to what
    was heard: D by both batches to its own layers, D by the generated one to its windows and G to its own layers. (What
    is heard first, tones or noise, is so narrow that it is not told apart.)
    """
    sizes = made.generator.sizes
    generator = sum(prod(weight.shape) for weight in made.generator.trainable_variables if len(weight.shape) > 1)
    generator *= BATCH * (STEPS if sizes.generator == "lstm" else 1)
    kernels = [weight for weight in made.discriminator.trainable_variables if len(weight.shape) > 1]
    at_every_step = [weight for weight in kernels if sizes.generator == "lstm" or "lstm" in weight.path]
    once = sum(prod(weight.shape) for weight in kernels) - sum(prod(weight.shape) for weight in at_every_step)
    discriminator = BATCH * (once + STEPS * sum(prod(weight.shape) for weight in at_every_step))
    return 3 * generator + (2 + 2 + 2 + 1) * discriminator


def compared(row: str, rounds: int) -> dict[str, float]:
    ours = game(architecture(row))
    mine, theirs, square = in_turn([one_step(ours), by_keras(ours.generator.sizes), product()], rounds)
    needed, rate = multiply_adds(ours), SIDE**3 / square
    return {
        "counterpoint": mine,
        "keras": theirs,
        "ratio": theirs / mine,
        "multiply_adds": needed,
        "machine_multiply_adds_per_second": rate,
        "share_of_machine": needed / mine / rate,
    }


def with_xla(row: str, rounds: int) -> dict[str, float]:
    sizes = architecture(row)
    with_it, without = in_turn([one_step(game(sizes, True)), one_step(game(sizes))], rounds)
    return {"counterpoint": with_it, "without": without, "ratio": without / with_it}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--rounds", type=int, default=5, help="steps of each that are measured")
    parser.add_argument("--rows", nargs="+", choices=[*ROWS, *XLA], default=[*ROWS, *XLA])
    arguments = parser.parse_args()
    keras.utils.set_random_seed(1685)
    figures = {}
    print(f"oneDNN: {os.environ.get('TF_ENABLE_ONEDNN_OPTS', 'as TensorFlow chooses')}")
    print(f"{'':28}{'counterpoint':>14}{'keras':>12}{'ratio':>8}{'goal':>7}{'of the machine':>17}   (seconds)")
    for name in arguments.rows:
        if name in ROWS:
            figure = compared(name, arguments.rounds)
            of_machine, other, goal = f"{figure['share_of_machine']:17.0%}", figure["keras"], f"{GOAL:6.1f}×"
        else:
            figure = with_xla(XLA[name], arguments.rounds)
            of_machine, other, goal = "   against ours without", figure["without"], " " * 7
        figures[name] = figure
        print(
            f"{name:28}{figure['counterpoint']:14.3f}{other:12.3f}{figure['ratio']:7.2f}×{goal}{of_machine}", flush=True
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
