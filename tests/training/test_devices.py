"""Where training runs, and loss scaling where float16 needs it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from counterpoint.training import devices


def test_the_device_is_one_that_tensorflow_has():
    device = devices.choose()
    assert device.kind in device.description
    assert tf.config.list_logical_devices(device.kind)
    with tf.device(device.name):
        assert device.kind in tf.constant(1.0).device


def test_only_float16_scales_its_loss():
    for precision, factor in (("float32", 1), ("mixed_bfloat16", 1), ("mixed_float16", 2**15)):
        optimizer = devices.scaled(keras.optimizers.Adam(), precision)
        optimizer.build([keras.Variable(1.0)])
        assert float(np.array(optimizer.scale_loss(tf.constant(1.0)))) == factor
    with pytest.raises(ValueError, match="'float64', allowed are float32"):
        devices.scaled(keras.optimizers.Adam(), "float64")
