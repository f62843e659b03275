"""The quiz in Discord: a gateway client, and nothing that lives longer than one event."""
