"""Writes the length as an int of four bytes in a write of its own, then the bytes, as DataOutputStream does."""
import struct

from _peer import connect, hear, say

peer = connect()
for text in (b"bob", b"8 / 2"):
    say(peer, struct.pack("!i", len(text)))
    say(peer, text)
hear(peer)
