"""`loa up`: starts, watches and stops the three processes."""
