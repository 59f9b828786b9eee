"""The embedded offline voice: Kokoro's neural model spoken with Vietnamese sounds, lengths and tones of our own."""
