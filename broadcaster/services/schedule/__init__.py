"""The schedule: rotations in force, days planned, broadcasts changed by people."""
