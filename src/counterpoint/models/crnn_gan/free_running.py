"""The recurrent generator's loop: at each step stacked LSTMs hear fresh noise and the step that they made before.

Mogren 2016, section 2: "The input to each cell in G is a random vector, concatenated with the output of previous cell."
What does not hang on the step before is done once, for all steps: the noise's product before the loop, the weights'
slopes after it.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import tensorflow as tf

from counterpoint.models.crnn_gan.heads import Head
from counterpoint.models.crnn_gan.recurrent import activated, loop, product_over_time, shifted, slopes_back, unrecorded


class Weights(NamedTuple):
    """kernels: of each layer, (heard + units, 4 · units): of what it hears at a step (the lowest: the step before; any
    other: the layer below) and of its own last output. biases: of the layers above the lowest. last: (units, width), of
    what the head has to make a step of.
    """

    kernels: tuple[Any, ...]
    biases: tuple[Any, ...]
    last: Any
    last_bias: Any


class State(NamedTuple):
    """Where a sequence stands: the step made last (batch, width), and each layer's output and cell (batch, units)."""

    made: Any
    outputs: tuple[Any, ...]
    cells: tuple[Any, ...]


class Kept(NamedTuple):
    """Of every step, time first: what was made, what its head knows of it; of each layer the output, cell and gates."""

    made: Any
    known: Any
    outputs: tuple[Any, ...]
    cells: tuple[Any, ...]
    gates: tuple[Any, ...]


def beginning(batch: Any, weights: Weights) -> State:
    """Before the first step: nothing was made, nothing heard."""
    nothing = tuple(tf.zeros((batch, kernel.shape[-1] // 4)) for kernel in weights.kernels)
    return State(tf.zeros((batch, weights.last.shape[-1])), nothing, nothing)


def run(sums: Any, luck: Any, weights: Weights, state: State, head: Head) -> tuple[State, Kept]:
    """As many steps as `sums` has, from `state` on. sums: (steps, batch, 4 · units), the noise's product and bias in
    the lowest layer. luck: (steps, batch, head.luck).
    """

    def step(at: Any, state: State) -> tuple[State, Kept]:
        heard, found = state.made, []
        for layer, kernel in enumerate(weights.kernels):
            own = weights.biases[layer - 1] if layer else sums[at]
            both = tf.matmul(tf.concat([heard, state.outputs[layer]], -1), kernel)
            found.append(activated(both + own, state.cells[layer]))
            heard = found[-1][0]
        made, known = head.make(tf.matmul(heard, weights.last) + weights.last_bias, luck[at])
        outputs, cells, gates = (tuple(part) for part in zip(*found, strict=True))
        return State(made, outputs, cells), Kept(made, known, outputs, cells, gates)

    gates = tuple(tf.concat([cell] * 4, -1) for cell in state.cells)
    like = Kept(state.made, state.made, state.outputs, state.cells, gates)
    return loop(sums.shape[0], step, state, like)


def written(sums: Any, luck: Any, weights: Weights, head: Head) -> Any:
    """(steps, batch, head.width), from the beginning, with its slopes by the sums and the weights; by luck it has none.

    sums, luck: as `run` takes them; the batch is known.
    """
    luck = unrecorded(luck)

    @tf.custom_gradient
    def made(sums: Any, weights: Weights) -> tuple[Any, Callable]:
        sums, weights = unrecorded((sums, weights))
        start = beginning(sums.shape[1], weights)
        _, kept = run(sums, luck, weights, start, head)
        return kept.made, lambda slopes: _slopes(*_back(slopes, kept, weights, start, head), kept)

    return made(sums, weights)


def _slopes(of_last: Any, of_sums: tuple[Any, ...], kept: Kept) -> tuple[Any, Weights]:
    """The slopes by the sums of every step → those by the lowest layer's sums, and by the weights."""
    heard = (shifted(kept.made), *kept.outputs)
    kernels = [
        product_over_time(tf.concat([heard[layer], shifted(kept.outputs[layer])], -1), of_sums[layer])
        for layer in range(len(of_sums))
    ]
    return of_sums[0], Weights(
        tuple(kernels),
        tuple(tf.reduce_sum(slope, (0, 1)) for slope in of_sums[1:]),
        product_over_time(kept.outputs[-1], of_last),
        tf.reduce_sum(of_last, (0, 1)),
    )


def _back(slopes: Any, kept: Kept, weights: Weights, start: State, head: Head) -> tuple[Any, tuple[Any, ...]]:
    """A loss's slopes by what each step made → its slopes by the sums that were its own and by each layer's."""
    before = [shifted(cells) for cells in kept.cells]

    def step(at: Any, of: State) -> tuple[State, Any]:
        of_last = head.slopes_back(slopes[at] + of.made, kept.known[at])
        of_output = tf.matmul(of_last, weights.last, transpose_b=True)
        layers: list[tuple[Any, Any, Any]] = []  # from the highest down
        for layer in reversed(range(len(weights.kernels))):
            kernel = weights.kernels[layer]
            of_sums, of_cell = slopes_back(
                kept.gates[layer][at],
                before[layer][at],
                kept.cells[layer][at],
                of_output + of.outputs[layer],
                of.cells[layer],
            )
            units = kernel.shape[-1] // 4
            heard = tf.matmul(of_sums, kernel, transpose_b=True)
            of_output, of_own = tf.split(heard, [kernel.shape[0] - units, units], axis=-1)
            layers.append((of_own, of_cell, of_sums))
        outputs, cells, sums = (tuple(part) for part in zip(*reversed(layers), strict=True))
        return State(of_output, outputs, cells), (of_last, sums)

    like = (start.made, tuple(tf.concat([cell] * 4, -1) for cell in start.cells))
    _, found = loop(kept.made.shape[0], step, start, like, backwards=True)
    return found
