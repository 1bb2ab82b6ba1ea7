"""How long one iteration of MuseGAN's training takes, beside the published layer stack on the same machine.

    python benchmarks/musegan.py [--json FILE] [--rounds 5] [--rows NAME ...]

An iteration is 5 updates of the critic and one of the generator, hybrid, of 32 phrases of four tracks. Both sides are
trained by the same code, `WassersteinGAN`; only the networks differ (`_published_musegan.py`). They take turns, a round
each, and what is compared is the medians. TF_ENABLE_ONEDNN_OPTS=1 in the environment is for both.

`of the machine`: the multiply-adds that an iteration needs (`multiply_adds`), a second, as a share of those a second of
TensorFlow's product of two square matrices, which takes its turn in every round too.
"""

import argparse
import json
import os
from collections.abc import Callable
from math import prod
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

import _published_musegan as published
from _measuring import SIDE, in_turn, product
from counterpoint.encodings.pianoroll import PITCHES
from counterpoint.models.musegan.architecture import Architecture
from counterpoint.models.musegan.layers import Unfold
from counterpoint.models.musegan.wgan import WassersteinGAN, networks

BATCH, CRITIC_UPDATES = 32, 5
GOAL = 2.5
ROWS: dict[str, dict] = {
    "2 bars": {"bars": 2},
    "4 bars": {"bars": 4},
    "2 bars, quarter widths": {"bars": 2, "width": 0.25},
}
OPTIONS: dict[str, tuple[dict, dict]] = {  # of ours at these sizes, beside ours without
    "2 bars, XLA": ({"bars": 2}, {"jit_compile": True}),
    "2 bars, bfloat16": ({"bars": 2}, {"precision": "mixed_bfloat16"}),
    "quarter widths, XLA": (ROWS["2 bars, quarter widths"], {"jit_compile": True}),
    "quarter widths, bfloat16": (ROWS["2 bars, quarter widths"], {"precision": "mixed_bfloat16"}),
}


def game(
    sizes: Architecture, players: Callable = networks, precision: str = "float32", jit_compile: bool = False
) -> WassersteinGAN:
    made = WassersteinGAN(
        sizes,
        critic_updates=CRITIC_UPDATES,
        penalty=10.0,
        average=0.99,
        seed=1685,
        precision=precision,
        players=players,
    )
    made.compile(learning_rate=1e-3, beta_1=0.5, beta_2=0.9, jit_compile=jit_compile)
    return made


def iteration(made: WassersteinGAN) -> Callable[[], object]:
    sizes = made.sizes
    shape = (CRITIC_UPDATES, BATCH, sizes.tracks, sizes.bars, sizes.steps, PITCHES)
    real = tf.constant((np.random.default_rng(1).random(shape) < 0.03).astype(np.uint8))
    return lambda: made.train_step(real)["penalty"].numpy()


def forward(network: keras.Model, inputs: int) -> tuple[int, int]:
    """Multiply-adds of so many inputs through a network of ours, and those of its first layer.

    Each weight of a kernel is multiplied once for each window: a place of the output, or, in a transposed convolution,
    of the input.
    """
    found = []
    for layer in network.layers:
        if hasattr(layer, "kernel"):
            spreads = isinstance(layer, Unfold | keras.layers.Conv1DTranspose)
            places = layer.input.shape[1:-1] if spreads else layer.output.shape[1:-1]
            found.append(inputs * prod(places) * prod(layer.kernel.shape))
    return sum(found), found[0]


def multiply_adds(made: WassersteinGAN) -> int:
    """What an iteration of ours needs. C, G: critic and generator forward; C1, G1: their first layers.

    A critic update: fake phrases, G; real and fake ones judged, C each, their slopes by the weights, C each, and by
    what is between the layers, C - C1 each. The penalty: its points judged, C, and their slopes down to the roll, C;
    then backward through those slopes, C to what was between and C to the weights. (A leaky ReLU's slope does not bend,
    so nothing goes back through the judging.) The generator's update: 3 G - G1, and the critic there and back, 2 C.
    """
    critic, critic_first = forward(made.critics[0], BATCH)
    writer = made.generator
    parts = [forward(network, BATCH) for network in (*writer.temporal_shared, *writer.temporal_own)]
    parts += [forward(network, BATCH * made.sizes.bars) for network in writer.bars]
    generator, generator_first = (sum(counts) for counts in zip(*parts, strict=True))
    update = generator + 2 * (3 * critic - critic_first) + 4 * critic
    return CRITIC_UPDATES * update + 3 * generator - generator_first + 2 * critic


def compared(row: dict, rounds: int) -> dict[str, float]:
    sizes = Architecture(tracks=4, steps=16, voices=False, **row)
    ours = game(sizes)
    works = [iteration(ours), iteration(game(sizes, published.networks)), product()]
    mine, theirs, square = in_turn(works, rounds)
    needed, rate = multiply_adds(ours), SIDE**3 / square
    return {
        "counterpoint": mine,
        "published": theirs,
        "ratio": theirs / mine,
        "multiply_adds": needed,
        "machine_multiply_adds_per_second": rate,
        "share_of_machine": needed / mine / rate,
    }


def optional(row: dict, options: dict, rounds: int) -> dict[str, float]:
    sizes = Architecture(tracks=4, steps=16, voices=False, **row)
    with_it, without = in_turn([iteration(game(sizes, **options)), iteration(game(sizes))], rounds)
    return {"counterpoint": with_it, "without": without, "ratio": without / with_it}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--rounds", type=int, default=5, help="iterations of each that are measured")
    parser.add_argument("--rows", nargs="+", choices=[*ROWS, *OPTIONS], default=[*ROWS, *OPTIONS])
    arguments = parser.parse_args()
    keras.utils.set_random_seed(1685)
    figures = {}
    print(f"oneDNN: {os.environ.get('TF_ENABLE_ONEDNN_OPTS', 'as TensorFlow chooses')}")
    print(f"{'':24}{'counterpoint':>14}{'published':>12}{'ratio':>8}{'goal':>7}{'of the machine':>17}   (seconds)")
    for name in arguments.rows:
        if name in ROWS:
            figure = compared(ROWS[name], arguments.rounds)
            of_machine, other = f"{figure['share_of_machine']:17.0%}", figure["published"]
        else:
            figure = optional(*OPTIONS[name], arguments.rounds)
            of_machine, other = "   against ours without", figure["without"]
        figures[name] = figure
        goal = f"{GOAL:6.1f}×" if name in ("2 bars", "4 bars") else " " * 7
        print(
            f"{name:24}{figure['counterpoint']:14.2f}{other:12.2f}{figure['ratio']:7.2f}×{goal}{of_machine}", flush=True
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
