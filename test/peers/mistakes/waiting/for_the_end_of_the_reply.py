"""Reads until the connection ends."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"bob\n")
say(peer, b"8 / 2\n")
while hear(peer):
    pass
