"""What each player of the game wants, and who has to wait."""

from typing import Any, Literal

import tensorflow as tf

Matching = Literal["none", "paired", "means"]
SHAKING = 0.3  # a choice, heard as 0 or 1, stays what it is


def log_shares(logits: Any) -> tuple[Any, Any]:
    """log D and log(1 - D), (batch,) each, of a discriminator's logits (batch, places).

    D is the mean over places of their sigmoids: of every step (Mogren 2016, section 2: the outputs "averaged to the
    final decision for the sequence"), or of the one that there is. In logarithms from the start, so that none is of 0.
    """
    places = tf.math.log(tf.cast(tf.shape(logits)[1], logits.dtype))
    return (
        tf.reduce_logsumexp(tf.math.log_sigmoid(logits), 1) - places,
        tf.reduce_logsumexp(tf.math.log_sigmoid(-logits), 1) - places,
    )


def losses(real: Any, made: Any) -> tuple[Any, Any]:
    """The discriminator's loss and the generator's, from the logits of real windows and of those that were made.

    The discriminator's: cross-entropy, the mean over both halves of the batch. Mogren 2016, section 2, adds the halves
    up; then, where neither side is ahead, it is twice the generator's, whom the rule of `has_to_wait` would stop there.
    The generator's: -log D of what it made (Goodfellow et al. 2014, section 3, and Mogren's published code) for the
    paper's log(1 - D), which hardly moves a generator that is seen through.
    """
    (real_known, _), (made_taken, made_known) = log_shares(real), log_shares(made)
    return -(tf.reduce_mean(real_known) + tf.reduce_mean(made_known)) / 2, -tf.reduce_mean(made_taken)


def accuracies(real: Any, made: Any) -> tuple[Any, Any]:
    """The shares of real windows, and of those that were made, that are taken for what they are."""
    found = []
    for logits, right in ((real, 0), (made, 1)):
        ours = log_shares(logits)
        found.append(tf.reduce_mean(tf.cast(ours[right] > ours[1 - right], tf.float32)))
    return found[0], found[1]


def feature_distance(real: Any, made: Any, matching: Matching) -> Any:
    """By how much the discriminator's features (batch, …) of real windows and of those that were made differ.

    The mean square over all numbers. "paired": of each made window's from a real one's (Mogren 2016, section 3); the
    least is where all made windows are the mean of the real ones. "means": of the one batch's mean from the other's
    (Salimans et al. 2016, "Improved Techniques for Training GANs", section 3.1). "none", of which nobody learns: as
    "paired".
    """
    if matching == "means":
        real, made = (tf.reduce_mean(features, 0) for features in (real, made))
    return tf.reduce_mean((real - made) ** 2)


def unsteadiness(logits: Any, shaken: Any) -> Any:
    """How much a discriminator's logits (batch, places) of real windows change when `SHAKING` times normal noise is
    added to all that it hears: the mean square.

    To hold it down is to hold down the slopes at real music: the penalty R1 (Mescheder et al. 2018, "Which Training
    Methods for GANs do actually Converge?", section 4.1) without slopes of slopes (Lin et al. 2025, "Diffusion
    Adversarial Post-Training for One-Step Video Generation", approximated R1).
    """
    return tf.reduce_mean((shaken - logits) ** 2)


def has_to_wait(loss: Any, other: Any, freeze: float) -> Any:
    """Whether a side is so far ahead that it is not updated: its loss below the share `freeze` of the other's.

    Mogren 2016, section 3, "Training": 70 %. freeze 0: never. Where the generator is taught by features, too, the two
    losses are what is compared.
    """
    return loss < freeze * other


def decayed(slopes: list[Any], weights: list[Any], decay: float) -> list[Any]:
    """`slopes` and those of decay / 2 · Σ w² over kernels: L2, of weights but not of biases and scales
    (Mogren 2016, section 3, has it of "the weights").
    """
    return [
        slope + decay * weight if len(weight.shape) > 1 else slope
        for slope, weight in zip(slopes, weights, strict=True)
    ]
