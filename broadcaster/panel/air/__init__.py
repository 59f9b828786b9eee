"""Pages of what is on the air: now, emergency, live microphone."""
