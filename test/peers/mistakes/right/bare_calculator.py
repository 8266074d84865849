"""Bare sends, every reply read, q."""
from _peer import connect, hear, say, until_closed

peer = connect()
say(peer, b"bob"); hear(peer)
say(peer, b"8 / 2"); hear(peer)
say(peer, b"q"); until_closed(peer)
