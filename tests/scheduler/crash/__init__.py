"""The crash test: real processes, killed at every step, owe each channel each message once."""
