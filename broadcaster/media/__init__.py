"""Sound files from outside: ffmpeg run safely, what a file is, and whether it is whole."""
