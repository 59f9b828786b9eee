"""What was aired, first on play-out's own disk, then with the station."""
