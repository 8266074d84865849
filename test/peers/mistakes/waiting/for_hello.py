"""Waits for Hello after the name."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"bob\n")
hear(peer)
