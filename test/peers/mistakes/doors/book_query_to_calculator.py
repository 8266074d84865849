"""A query of the address book."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"Q\x0elu@example.org")
hear(peer)
