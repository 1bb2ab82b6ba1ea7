"""The attention LSTM over a melody's (note, duration) events."""
