"""The control panel: a Flask application in Vietnamese. It goes through services and queries for everything."""

from broadcaster.panel.app import create_app

__all__ = ["create_app"]
