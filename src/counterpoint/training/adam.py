"""Adam (Kingma and Ba 2015, section 2, in its last form), in graphs that are small enough to build in seconds."""

from typing import Any

import keras
import tensorflow as tf


class Adam(keras.optimizers.Adam):
    """Keras's Adam without its options, equal but for rounding, whose update of a weight is one operation.

    Written out it is some forty, which, over a game's hundreds of weights, take nearly as long to build as all layers.
    """

    def __init__(self, learning_rate: Any, beta_1: float, beta_2: float, name: str = "adam") -> None:
        super().__init__(learning_rate, beta_1, beta_2, name=name)

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        place = self._get_variable_index(variable)
        updates = tf.cast(self.iterations.value, variable.dtype) + 1
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[place].value.handle,
            v=self._velocities[place].value.handle,
            beta1_power=tf.pow(self.beta_1, updates),
            beta2_power=tf.pow(self.beta_2, updates),
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=gradient,
        )
