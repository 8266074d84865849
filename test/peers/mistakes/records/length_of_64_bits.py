"""A length of 8 bytes without padding."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Q\x0e\0\0\0\0\0\0\0lu@example.org")
hear(peer)
