"""Fills up its messages with #."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"bob".ljust(16, b"#"))
say(peer, b"8 / 2".ljust(16, b"#"))
hear(peer)
