"""The quiz in Slack."""
