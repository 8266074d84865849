"""Numbers with many zeros."""
from _peer import connect, hear, say, until_closed

peer = connect()
say(peer, b"bob")
say(peer, b"100000000000 * 1000000000"); hear(peer)
say(peer, b"q"); until_closed(peer)
