"""The migrations; `bot.store.migrate` runs them."""
