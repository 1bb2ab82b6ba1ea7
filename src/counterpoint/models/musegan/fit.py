"""Training MuseGAN: Keras's fit over blocks of iterations, a look at what it writes after each, the best kept."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import tensorflow as tf

from counterpoint import params
from counterpoint.encodings import pianoroll
from counterpoint.encodings.layout import REST, Layout
from counterpoint.models.guard import LOOKED_AT, Collapse
from counterpoint.models.musegan.architecture import Architecture
from counterpoint.models.musegan.binarise import binarise
from counterpoint.models.musegan.generators import Generator, Noise, noise_shapes
from counterpoint.models.musegan.guard import figures
from counterpoint.models.musegan.material import Material
from counterpoint.models.musegan.wgan import WassersteinGAN
from counterpoint.training import checkpoint, devices, loop, seeding
from counterpoint.training.checkpoint import Checkpoint

REMEDY = "more critic_updates, a lower learning_rate or another seed"  # against a collapse


def architecture(settings: params.MuseGAN, layout: Layout, phrases: np.ndarray) -> Architecture:
    """The networks that `settings` ask for over this layout, whose tracks keep to their ranges in `phrases`.

    phrases: bool (phrases, tracks, bars, steps, PITCHES). ArchitectureError names sizes that cannot be.
    """
    return Architecture(
        tracks=len(layout.tracks),
        bars=settings.bars,
        steps=layout.steps,
        voices=layout.monophonic,
        composition=settings.composition,
        join=settings.join,
        noise=settings.noise,
        width=settings.width,
        track_widths=dict(settings.track_widths),
        streams=settings.streams,
        conductor=settings.conductor,
        given=settings.given if settings.conditioning == "track" else None,
        embedding=settings.embedding,
        drums=tuple(track for track, of in enumerate(layout.tracks) if of.is_drum),
        ranges=tuple(_range(phrases[:, track]) for track in range(len(layout.tracks))),
    )


def _range(track: np.ndarray) -> tuple[int, int]:
    """The lowest and highest pitch of bool (phrases, bars, steps, PITCHES); if it rests throughout, all there are."""
    sounding = np.flatnonzero(np.any(track, axis=(0, 1, 2))[:REST])
    return (int(sounding[0]), int(sounding[-1])) if sounding.size else (0, REST - 1)


def fit(
    name: str,
    material: Material,
    settings: params.MuseGAN,
    *,
    seed: int,
    checkpoints: Path,
    key: str,
    log: loop.Log,
    listen: Callable[[int, Generator], None],
) -> tuple[Generator, pd.DataFrame]:
    """The generator at its best check, and the history: a row a check, one every `settings.check_every` iterations.

    An iteration is `critic_updates` updates of the critics and one of the generator. What is checked, heard and kept is
    the running average of the generator's weights (Yazıcı et al. 2019, "The Unusual Effectiveness of Averaging in GAN
    Training"), by its distance to the validation split. A row holds the last iteration's critic figures and `guard`'s.

    Ends early when `patience` checks brought nothing better, when the run collapsed, or diverged; resumes exactly from
    the checkpoint `key` below `checkpoints`. log: each check's row. listen: called at the checks `settings.listen_at`.
    """
    device = devices.choose()
    print(f"{name}: {len(material.train)} phrases, on {device.description}, {settings.precision}", flush=True)
    seeding.set_seeds(seed)
    sizes = architecture(settings, material.layout, material.train)
    game = WassersteinGAN(
        sizes,
        critic_updates=settings.critic_updates,
        penalty=settings.penalty,
        average=settings.average,
        seed=seed,
        precision=settings.precision,
    )
    game.compile(
        learning_rate=settings.learning_rate,
        beta_1=settings.beta_1,
        beta_2=settings.beta_2,
        jit_compile=settings.jit_compile,
    )
    shown = Generator(sizes)  # the average, at work
    shown.make()
    look = _look(sizes, settings, material, shown, seed)
    phrases = tf.constant(material.train.view(np.uint8))

    def epoch(number: int) -> loop.Row:
        drawn = _batches(phrases, settings, seed, number)
        played = game.fit(drawn, epochs=1, steps_per_epoch=settings.check_every, shuffle=False, verbose=0).history
        checkpoint.assign(shown.variables, checkpoint.values(game.averaged), "average")
        row = {"iteration": number * settings.check_every} | {title: values[-1] for title, values in played.items()}
        found = look()
        if not np.isfinite([row["wasserstein"], row["judged"]]).all():
            found["distance_to_validation"] = float("nan")  # diverged
        return row | found

    history = loop.run(
        loop.Schedule(
            settings.iterations // settings.check_every, settings.patience, "distance_to_validation", unit="check"
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


def _batches(phrases: tf.Tensor, settings: params.MuseGAN, seed: int, number: int) -> tf.data.Dataset:
    """The real phrases of one check's iterations, uint8 (critic_updates, batch, …), drawn with replacement."""
    size = (settings.check_every, settings.critic_updates, settings.batch_size)
    drawn = seeding.epoch_generator(seed, number).integers(0, len(phrases), size)
    return tf.data.Dataset.from_tensor_slices(drawn).map(lambda rows: tf.gather(phrases, rows)).prefetch(2)


def _look(
    sizes: Architecture, settings: params.MuseGAN, material: Material, shown: Generator, seed: int
) -> Callable[[], loop.Row]:
    """The guard's figures of the same `LOOKED_AT` phrases at every call."""
    layout, random = material.layout, np.random.default_rng(seed)
    noise = Noise(*(random.standard_normal((LOOKED_AT, *shape), np.float32) for shape in noise_shapes(sizes)))
    held_out = material.validation[random.permutation(len(material.validation))[:LOOKED_AT]]
    at, told = sizes.given, held_out[np.arange(LOOKED_AT) % len(held_out)]
    given = None if at is None else tf.constant(2.0 * told[:, at] - 1.0, tf.float32)
    names = [f"{number:03d}" for number in range(LOOKED_AT)]
    real = pianoroll.decode(held_out, names[: len(held_out)], layout)
    write = tf.function(lambda: shown(noise, given=given, training=False))

    def look() -> loop.Row:
        made = binarise(write().numpy(), layout, settings.binarise, random=np.random.default_rng([seed, 1]))
        rolls = made if at is None else np.insert(made, at, told[:, at], axis=1)
        return figures(pianoroll.decode(rolls, names, layout), real, made, layout.view, at)

    return look
