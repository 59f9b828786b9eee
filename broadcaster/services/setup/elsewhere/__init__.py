"""Copies outside this machine: sealed for a key on paper, carried to where the settings say, proved, brought back."""
