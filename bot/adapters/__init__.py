"""The faces of the quiz: one package a platform, each imports core and its own SDK."""
