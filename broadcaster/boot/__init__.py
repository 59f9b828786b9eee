"""What starts a station with its machine and watches it: systemd, or the services of Windows."""
