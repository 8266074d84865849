"""Leaves without a word, after its last reply."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"bob\n")
say(peer, b"8 / 2\n"); hear(peer)
