"""The text has a bar of its own: the last one counts."""
from _peer import connect, hear, say, until_closed

peer = connect()
say(peer, b"bob"); hear(peer)
say(peer, b"yes|no|bob"); hear(peer)
say(peer, b"close"); until_closed(peer)
