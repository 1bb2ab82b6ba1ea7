"""MuseGAN: a generative adversarial network over multi-track piano-roll phrases."""
