"""The schedule: rotations, allowed hours, and how a slot is filled."""
