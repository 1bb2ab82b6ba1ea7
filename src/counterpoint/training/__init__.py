"""Training: callbacks, seeding, devices and exact resume, for any Keras model."""
