"""How the station is, told to those who look after many stations from afar."""
