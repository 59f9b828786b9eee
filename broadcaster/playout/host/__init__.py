"""The machine under play-out: alarms, clock, lock, lease, priority."""
