"""Telling people: how grave a thing is, who hears of it, and when nobody is to be woken."""
