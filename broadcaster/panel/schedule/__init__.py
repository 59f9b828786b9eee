"""Pages of the schedule: week, slots, rotations, single broadcasts."""
