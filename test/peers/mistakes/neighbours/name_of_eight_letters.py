"""A name of eight letters."""
from _peer import connect, hear, say, until_closed

peer = connect()
say(peer, b"jonathan\n")
say(peer, b"8 / 2\n"); hear(peer)
say(peer, b"q\n"); until_closed(peer)
