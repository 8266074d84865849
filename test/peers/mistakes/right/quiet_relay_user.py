"""Waits for messages."""
from _peer import connect, hear, say, until_closed

peer = connect()
say(peer, b"bob"); hear(peer)
until_closed(peer)
