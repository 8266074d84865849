"""A name that begins with a digit, as its user likes it."""
from _peer import connect, hear, say, until_closed

peer = connect()
say(peer, b"3ann\n")
say(peer, b"8 / 2\n"); hear(peer)
say(peer, b"q\n"); until_closed(peer)
