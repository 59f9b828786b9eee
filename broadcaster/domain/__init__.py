"""Pure rules of the station: no I/O, the time is always an argument, standard library only."""
