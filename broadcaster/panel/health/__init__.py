"""How the station is, for those who are not there: figures, three lines for the telephone, a bundle."""
