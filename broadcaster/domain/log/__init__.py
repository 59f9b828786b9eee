"""The play log: its entries, their chain, and the proof of what left the outputs."""
