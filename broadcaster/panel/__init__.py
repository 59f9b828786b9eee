"""The operator's panel: Flask, server-rendered, in Vietnamese."""
