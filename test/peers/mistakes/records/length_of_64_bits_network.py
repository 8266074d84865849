"""A length of 8 bytes, the high byte first."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Q\0\0\0\0\0\0\0\x0elu@example.org")
hear(peer)
