"""What a station is set up with: its zones."""
