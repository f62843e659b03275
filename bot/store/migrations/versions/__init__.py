"""One step of the schema each, oldest first."""
