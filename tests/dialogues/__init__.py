"""Dialogues written once and played on every face."""
