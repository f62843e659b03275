"""The shipped deck: what it must hold, that it is true, and that it fits."""
