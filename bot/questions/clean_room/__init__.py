"""Where deck programs run: a process of their own, without a network. Never imported by the bot."""
