"""Tools for decks: `flaskquiz questions`; the running bot needs none of them."""
