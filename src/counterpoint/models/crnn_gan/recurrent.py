"""An LSTM layer whose loop holds nothing but what one step needs of the step before.

The layer is Keras's (Hochreiter and Schmidhuber 1997 with forget gates, Gers et al. 2000), in its order of weights. The
product with the input is one, of all steps, before the loop; going back, so are those that give the weights' slopes,
after it: what TensorFlow derives from a loop adds them up step by step. Sequences have time first: a step is then one
stretch of memory.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import tensorflow as tf


def activated(sums: Any, cell: Any) -> tuple[Any, Any, Any]:
    """One step: (batch, 4 · units) sums of what is heard and the cell before → output, cell, and the gates.

    Gates, (batch, 4 · units): in, forget, new, out.
    """
    let_in, forget, new, out = tf.split(sums, 4, axis=-1)
    let_in, forget, new, out = tf.sigmoid(let_in), tf.sigmoid(forget), tf.tanh(new), tf.sigmoid(out)
    cell = forget * cell + let_in * new
    return out * tf.tanh(cell), cell, tf.concat([let_in, forget, new, out], -1)


def slopes_back(gates: Any, before: Any, cell: Any, of_output: Any, of_cell: Any) -> tuple[Any, Any]:
    """The step backwards: a loss's slopes by its output and its cell → those by its sums and by the cell before it."""
    let_in, forget, new, out = tf.split(gates, 4, axis=-1)
    bent = tf.tanh(cell)
    of_cell = of_cell + of_output * out * (1 - bent * bent)
    of_sums = [
        of_cell * new * let_in * (1 - let_in),
        of_cell * before * forget * (1 - forget),
        of_cell * let_in * (1 - new * new),
        of_output * bent * out * (1 - out),
    ]
    return tf.concat(of_sums, -1), of_cell * forget


def loop(steps: int, body: Callable, carried: Any, kept: Any, *, backwards: bool = False) -> tuple[Any, Any]:
    """`body(step, carried)` → (carried, what to keep), for every step in turn; the last carried, and all that was kept.

    kept: the shapes of the tensors that are kept of each step, nested as `body` returns them. They come back stacked,
    time first, in the order of time also if the loop goes backwards.
    """
    arrays = tf.nest.map_structure(lambda like: tf.TensorArray(tf.float32, steps, element_shape=like.shape), kept)

    def once(done: Any, carried: Any, arrays: Any) -> tuple[Any, Any, Any]:
        step = steps - 1 - done if backwards else done
        carried, made = body(step, carried)
        return done + 1, carried, tf.nest.map_structure(lambda array, one: array.write(step, one), arrays, made)

    _, carried, arrays = tf.while_loop(lambda done, *_: done < steps, once, (tf.constant(0), carried, arrays))
    return carried, tf.nest.map_structure(lambda array: array.stack(), arrays)


def unrecorded(tensors: Any) -> Any:
    """`tensors` as no gradient tape knows them: else one keeps all that a loop does, for slopes found another way."""
    return tf.nest.map_structure(tf.stop_gradient, tensors)


def shifted(series: Any) -> Any:
    """A series of (steps, batch, …) one step later, nothing at first: what each step has from the step before it."""
    return tf.concat([tf.zeros_like(series[:1]), series[:-1]], 0)


def product_over_time(heard: Any, slopes: Any) -> Any:
    """The slopes of a kernel by which (steps, batch, inputs) `heard` was multiplied at every step."""
    return tf.matmul(_flat(heard), _flat(slopes), transpose_a=True)


def _flat(series: Any) -> Any:
    return tf.reshape(series, (-1, series.shape[-1]))


@tf.custom_gradient
def carried_on(sums: Any, kernel: Any) -> tuple[Any, Callable]:
    """(steps, batch, units): the outputs of a layer from (steps, batch, 4 · units), its input's product and bias.

    kernel: (units, 4 · units), of its own last output. The number of steps is known beforehand.
    """
    sums, kernel = unrecorded((sums, kernel))
    nothing = tf.zeros_like(sums[0, :, : kernel.shape[0]])

    def step(at: Any, state: Any) -> tuple[Any, Any]:
        output, cell, gates = activated(sums[at] + tf.matmul(state[0], kernel), state[1])
        return (output, cell), (output, cell, gates)

    _, (outputs, cells, gates) = loop(sums.shape[0], step, (nothing, nothing), (nothing, nothing, sums[0]))

    def back(slopes: Any) -> tuple[Any, Any]:
        before = shifted(cells)

        def step(at: Any, of_state: Any) -> tuple[Any, Any]:
            of_sums, of_cell = slopes_back(gates[at], before[at], cells[at], slopes[at] + of_state[0], of_state[1])
            return (tf.matmul(of_sums, kernel, transpose_b=True), of_cell), of_sums

        _, of_sums = loop(sums.shape[0], step, (nothing, nothing), sums[0], backwards=True)
        return of_sums, product_over_time(shifted(outputs), of_sums)

    return outputs, back


class LSTM(keras.layers.Layer):
    """(steps, batch, inputs) → (steps, batch, units). backwards: it hears the last step first; the order stays."""

    def __init__(self, units: int, backwards: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.units, self.backwards = units, backwards

    def build(self, shape: Any) -> None:
        self.kernel = self.add_weight((shape[-1], 4 * self.units), "glorot_uniform", name="kernel")
        self.recurrent_kernel = self.add_weight((self.units, 4 * self.units), "orthogonal", name="recurrent_kernel")
        self.bias = self.add_weight((4 * self.units,), _remembering, name="bias")

    def call(self, heard: Any) -> Any:
        heard = tf.reverse(heard, [0]) if self.backwards else heard
        outputs = carried_on(summed(heard, self.kernel, self.bias), tf.convert_to_tensor(self.recurrent_kernel))
        return tf.reverse(outputs, [0]) if self.backwards else outputs


def summed(heard: Any, kernel: Any, bias: Any) -> Any:
    """(steps, batch, inputs) → (steps, batch, outputs): the product of all steps at once, and the bias."""
    steps, batch, _ = heard.shape
    sums = tf.matmul(_flat(heard), tf.convert_to_tensor(kernel)) + bias
    return tf.reshape(sums, (steps, -1 if batch is None else batch, kernel.shape[-1]))


def _remembering(shape: Any, dtype: Any = None) -> Any:
    """Biases of 0, and of 1 for the forget gates (Jozefowicz et al. 2015, section 2.2), as Keras has them."""
    units = shape[0] // 4
    return tf.concat([tf.zeros(units), tf.ones(units), tf.zeros(2 * units)], 0)


def build(layers: Sequence[Any], heard: int) -> int:
    """Make the weights of layers that hear one another, the first so many numbers; returns how many the last makes."""
    for layer in layers:
        layer.build((None, None, heard))
        heard = layer.units
    return heard
