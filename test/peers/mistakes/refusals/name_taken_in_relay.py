"""A second bob."""
from _peer import connect, hear, say, stay

first = connect()
say(first, b"bob"); hear(first)
peer = connect()
say(peer, b"bob"); hear(peer)
stay()
