"""Training the attention LSTM: every prefix of every sequence in one pass, compiled."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from counterpoint import params
from counterpoint.encodings.events import PAD, Tokens
from counterpoint.encodings.vocabulary import Vocabulary
from counterpoint.models.attention_lstm import batches
from counterpoint.models.attention_lstm.generator import AttentionLSTM
from counterpoint.models.attention_lstm.likelihood import cross_entropies, scorer
from counterpoint.models.attention_lstm.network import Architecture, Network
from counterpoint.training import devices, loop, seeding
from counterpoint.training.checkpoint import Checkpoint
from counterpoint.training.progress import bar

OPTIMIZERS = {"rmsprop": keras.optimizers.RMSprop, "adam": keras.optimizers.Adam}
LAST_RATE = 0.02  # of the cosine decay, as a share of the first


def architecture(settings: params.AttentionLSTM, vocabulary: Vocabulary) -> Architecture:
    """The network that `settings` ask for over this vocabulary."""
    return Architecture(
        note_size=vocabulary.note_size,
        duration_size=vocabulary.duration_size,
        embedding=settings.embedding,
        units=settings.units,
        layers=settings.layers,
        attention=settings.attention,
        note_symbols=settings.note_symbols,
        dropout=settings.dropout,
    )


def fit(
    name: str,
    tokens: dict[str, Tokens],
    vocabulary: Vocabulary,
    settings: params.AttentionLSTM,
    *,
    seed: int,
    checkpoints: Path,
    key: str,
    log: loop.Log,
    listen: Callable[[int, AttentionLSTM], None],
) -> tuple[Network, pd.DataFrame]:
    """The network at its best validation epoch, and the history: one row an epoch, nats an event and learning rate.

    name: the generator's, in the catalog. tokens: the splits "train" and "validation". Training minimises the mean over
    a batch's events of the nats of note and duration together; at END only the note counts. Validation carries the
    state over whole pieces, without dropout.

    Stops early by `settings.patience`; resumes exactly from the checkpoint `key` below `checkpoints`, which is left for
    the caller to delete when the result is safe. log: each finished epoch's row. listen: called at the epochs
    `settings.listen_at` with the generator as it then is.
    """
    for split in ("train", "validation"):
        if not len(tokens[split].pieces):
            raise ValueError(f"the {split} split has no piece: training needs some; is the corpus too small?")
    device = devices.choose()
    print(f"{name}: training on {device.description}, {settings.precision}", flush=True)
    seeding.set_seeds(seed)
    network = Network(architecture(settings, vocabulary), vocabulary.pitch_sets, settings.precision)
    cuts = batches.segments(tokens["train"], settings.length)
    steps = -(-len(cuts) // settings.batch_size)
    optimizer = _optimizer(settings, steps)
    optimizer.build(network.trainable_variables)
    step, score = _step(network, optimizer, settings.jit_compile), scorer(network)
    generator = AttentionLSTM(name, network, vocabulary)

    def epoch(number: int) -> loop.Row:
        rate = float(optimizer.learning_rate.numpy())
        trained = _epoch(step, tokens["train"], cuts, settings.batch_size, seed, number, steps)
        found = score(tokens["validation"])
        return _row(trained, (float(found.note_nats.mean()), float(found.duration_nats.mean())), rate)

    history = loop.run(
        loop.Schedule(settings.epochs, settings.patience, "validation_joint"),
        weights=network.variables,
        carried=optimizer.variables,
        epoch=epoch,
        kept=Checkpoint.at(checkpoints, key),
        log=log,
        listen=lambda number: listen(number, generator) if number in settings.listen_at else None,
    )
    return network, history


def _optimizer(settings: params.AttentionLSTM, steps: int) -> Any:
    rate: Any = settings.learning_rate
    if settings.decay == "cosine":
        rate = keras.optimizers.schedules.CosineDecay(rate, steps * settings.epochs, alpha=LAST_RATE)
    chosen = OPTIMIZERS[settings.optimizer](rate, global_clipnorm=settings.clip_norm)
    return devices.scaled(chosen, settings.precision)


def _step(network: Network, optimizer: Any, jit_compile: bool) -> Callable:
    symbols = tf.TensorSpec((None, None), tf.int32)

    @tf.function(input_signature=[symbols, symbols, tf.TensorSpec((2,), tf.int32)], jit_compile=jit_compile)
    def step(notes: Any, durations: Any, seed: Any) -> tuple[Any, Any]:
        next_notes, next_durations = notes[:, 1:], durations[:, 1:]
        with tf.GradientTape() as tape:
            note_logits, duration_logits = network((notes, durations), seed=seed)
            nats = cross_entropies(note_logits, duration_logits, next_notes, next_durations)
            sums = tf.stack([tf.reduce_sum(nats[0]), tf.reduce_sum(nats[1])])
            events = tf.reduce_sum(tf.cast(next_notes != PAD, tf.float32))
            loss = optimizer.scale_loss(tf.reduce_sum(sums) / events)
        gradients = tape.gradient(loss, network.trainable_variables)
        optimizer.apply(gradients, network.trainable_variables)
        return sums, events

    return step


def _epoch(
    step: Callable, tokens: Tokens, cuts: np.ndarray, batch_size: int, seed: int, number: int, steps: int
) -> tuple[float, float]:
    """Train one epoch; its mean note and duration nats, as they were met, with dropout."""
    sums, events = np.zeros(2), 0.0
    drawn = batches.epoch(tokens, cuts, batch_size, seeding.epoch_generator(seed, number))
    with bar(drawn, total=steps, title=f"epoch {number}") as (shown, remark):
        for place, (notes, durations) in enumerate(shown):
            found, count = step(notes, durations, np.array([seed, number * steps + place], np.int32))
            sums, events = sums + found.numpy(), events + float(count)
            remark(f"{sums.sum() / events:.3f} nats")
    note, duration = sums / events
    return float(note), float(duration)


def _row(train: tuple[float, float], validation: tuple[float, float], rate: float) -> loop.Row:
    row = {"learning_rate": rate}
    for split, (note, duration) in (("train", train), ("validation", validation)):
        row |= {f"{split}_note": note, f"{split}_duration": duration, f"{split}_joint": note + duration}
    return row
