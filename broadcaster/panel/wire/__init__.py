"""The panel on the wire: sockets, their crowd, https in front, threads behind; no page."""
