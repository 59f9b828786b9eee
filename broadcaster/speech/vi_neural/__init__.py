"""The embedded offline voice: Vietnamese phonology of our own over Kokoro's neural model."""

from broadcaster.speech.vi_neural.engine import ViNeuralEngine

__all__ = ["ViNeuralEngine"]
