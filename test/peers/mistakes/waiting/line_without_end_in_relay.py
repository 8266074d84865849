"""A name with a newline, a message without."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"bob\n"); hear(peer)
say(peer, b"hello|bob")
hear(peer)
