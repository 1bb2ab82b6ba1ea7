"""Training C-RNN-GAN: Keras's fit over blocks of iterations, a look at what it writes after each, the best kept."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import tensorflow as tf

from counterpoint import params
from counterpoint.encodings.vectors import decode
from counterpoint.models.crnn_gan.architecture import Architecture
from counterpoint.models.crnn_gan.game import Game
from counterpoint.models.crnn_gan.guard import FIGURES, figures
from counterpoint.models.crnn_gan.material import Material, batches
from counterpoint.models.crnn_gan.measures import MEASURES, measures
from counterpoint.models.crnn_gan.networks import Generator, generator
from counterpoint.models.crnn_gan.next_tone import NextTone, pretrain
from counterpoint.models.guard import LOOKED_AT, Collapse
from counterpoint.training import checkpoint, devices, loop, seeding
from counterpoint.training.checkpoint import Checkpoint

REMEDY = "another matching, a lower learning_rate or another seed"  # against a collapse
# No check's number, nor a piece's: noise and held-out windows of the looks, and batches of pre-training by the stage.
NOISE, HELD_OUT, PRETRAINING = 2**18, 2**19, 2**20


def architecture(settings: params.CRNNGAN, material: Material) -> Architecture:
    """The networks that `settings` ask for over these tones."""
    return Architecture(
        generator=settings.generator,
        steps=settings.steps,
        numbers=material.scale.step_numbers,
        noise=settings.noise,
        generator_width=settings.generator_width,
        discriminator_width=settings.discriminator_width,
        choices=material.choices() if settings.output == "chosen" else (),
    )


def fit(
    name: str,
    material: Material,
    settings: params.CRNNGAN,
    *,
    seed: int,
    checkpoints: Path,
    key: str,
    log: loop.Log,
    listen: Callable[[int, Generator], None],
) -> tuple[Generator, pd.DataFrame]:
    """The generator at its best check, and the history: a row a check, one every `settings.check_every` iterations.

    An iteration is an update of both sides, but for those that wait. What is checked, heard and kept is the running
    average of the generator's weights, by its distance to the validation split. A row holds `game.FIGURES`, means over
    the check's iterations, `guard`'s, and `measures`', also of the validation and test splits. Pre-training, if any,
    has a check of its own, the first, at iteration 0, so that the game is kept only where it bettered what it began
    with; for patience and collapse it is a check like any other. Its row has the next_tone_error, of tones or of their
    choices (`Head.error`), and nothing of the game, in which the generator and its average begin as they were there.

    Ends early when `patience` checks brought nothing better, when the run collapsed, or diverged; resumes exactly from
    the checkpoint `key` below `checkpoints`. log: each check's row. listen: called at the checks `settings.listen_at`.
    """
    print(f"{name}: {len(material.starts)} windows, on {devices.choose().description}", flush=True)
    seeding.set_seeds(seed)
    sizes = architecture(settings, material)
    game = Game(
        sizes,
        material.scale,
        matching=settings.matching,
        freeze=settings.freeze,
        steadying=settings.steadying,
        weight_decay=settings.weight_decay,
        average=settings.average,
        seed=seed,
        learnt=settings.pretrain,
    )
    game.compile(**_adam(settings, settings.learning_rate), jit_compile=settings.jit_compile)
    shown = generator(sizes)  # the average, at work
    look = _look(material, shown, seed)
    before = int(settings.pretrain > 0)  # checks before the game

    def play(number: int) -> loop.Row:
        drawn = batches(material, settings.check_every, settings.batch_size, seeding.epoch_generator(seed, number))
        played = game.fit(drawn, epochs=1, shuffle=False, verbose=0).history
        return {title: values[-1] for title, values in played.items()}

    def epoch(number: int) -> loop.Row:
        row: loop.Row = {"iteration": (number - before) * settings.check_every}
        if number > before:
            row |= play(number)
        else:
            row["next_tone_error"] = _pretrain(game, material, settings, seed)
        checkpoint.assign(shown.variables, checkpoint.values(game.averaged), "average")
        return row | look()

    history = loop.run(
        loop.Schedule(
            before + settings.iterations // settings.check_every,
            settings.patience,
            "distance_to_validation",
            unit="check",
        ),
        weights=game.averaged,
        carried=game.carried,
        epoch=epoch,
        kept=Checkpoint.at(checkpoints, key),
        log=log,
        listen=lambda number: listen(number, shown) if number in settings.listen_at else None,
        over=Collapse(settings.least_diversity, REMEDY),
    )
    checkpoint.assign(shown.variables, checkpoint.values(game.averaged), "average")
    return shown, history


def _adam(settings: params.CRNNGAN, learning_rate: float) -> dict[str, float]:
    return {"learning_rate": learning_rate, "beta_1": settings.beta_1, "beta_2": settings.beta_2}


def _pretrain(game: Game, material: Material, settings: params.CRNNGAN, seed: int) -> float:
    """`settings.pretrain` updates, as many by windows of each length; returns the mean error at the last.

    The game begins with their running mean.
    """
    lengths = (*settings.grow, settings.steps)
    learner = NextTone(
        game.generator, game.averaged, average=settings.average, weight_decay=settings.weight_decay, seed=seed
    )
    learner.compile(**_adam(settings, settings.pretrain_rate), jit_compile=settings.jit_compile)

    def drawn(stage: int) -> tf.data.Dataset:
        random = seeding.epoch_generator(seed, PRETRAINING + stage)
        return batches(material, settings.pretrain // len(lengths), settings.batch_size, random)

    error = pretrain(learner, drawn, lengths)
    checkpoint.assign(game.generator.variables, checkpoint.values(game.averaged), "generator")
    return error


def _look(material: Material, shown: Generator, seed: int) -> Callable[[], loop.Row]:
    """The guard's figures and the paper's measures of the same `LOOKED_AT` windows at every call, and of as many of the
    validation and test splits; where training diverged, NaN.
    """
    scale, drawn = material.scale, seeding.epoch_generator(seed, NOISE)
    noise = tf.constant(drawn.standard_normal((LOOKED_AT, *shown.sizes.noise_shape), np.float32))
    random = seeding.epoch_generator(seed, HELD_OUT)
    held_out = {split: material.notes_of(split, LOOKED_AT, random) for split in material.held_out}
    beside = {name: value for split, notes in held_out.items() for name, value in measures(notes, split).items()}
    names = [f"{number:03d}" for number in range(LOOKED_AT)]
    write = tf.function(lambda: shown.head.tones(shown(noise, training=False)))

    def look() -> loop.Row:
        values = write().numpy()
        # A choice is a tone, also where what it was chosen by is no number.
        if not all(np.isfinite(found).all() for found in (values, *shown.get_weights())):
            return dict.fromkeys((*FIGURES, *MEASURES), float("nan")) | beside
        written = decode(values, names, scale)
        return figures(written, held_out["validation"], scale.texture) | measures(written) | beside

    return look
