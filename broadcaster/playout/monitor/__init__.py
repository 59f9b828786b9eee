"""What left the outputs, held against what was approved."""
