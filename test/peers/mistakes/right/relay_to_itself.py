"""Sends itself a message, and closes."""
from _peer import connect, hear, say, until_closed

peer = connect()
say(peer, b"bob"); hear(peer)
say(peer, b"hello there|bob"); hear(peer)
say(peer, b"close"); until_closed(peer)
