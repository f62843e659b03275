"""Every sentence the bot says, as neutral cards and forms."""
