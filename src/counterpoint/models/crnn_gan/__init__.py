"""C-RNN-GAN: a generative adversarial network over tones as continuous numbers."""
