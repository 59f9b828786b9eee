"""The clock and the sound: plays what is due, by itself."""
