"""On the air: broadcasts, emergencies, lateness, and the desk that play-out asks."""
