"""Fuzzing: what must hold for any text, and the program that tries to break it."""
