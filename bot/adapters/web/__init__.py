"""The browser face: the quiz on one page, without any account."""
