"""FlaskQuiz: one Flask question a day, in the channel where a team already talks."""

__version__ = "1.0.0"
