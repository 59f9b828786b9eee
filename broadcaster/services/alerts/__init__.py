"""People are told: what is wrong with the station reaches those who can help, wherever they are."""
