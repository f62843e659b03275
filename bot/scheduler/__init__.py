"""The clock and the post: what is due is claimed, what is owed is sent, once."""
