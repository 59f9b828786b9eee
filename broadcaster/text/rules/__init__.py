"""One module for each family of written forms that must be spoken otherwise than they are spelled."""
