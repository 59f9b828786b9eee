"""Reports: the plan of the year, other activities, and what is drawn from the log."""
