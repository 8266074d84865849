"""Writes a size_t, then the token."""
import struct

from _peer import connect, hear, say

peer = connect()
say(peer, struct.pack("<Q", 7) + b"server3")
hear(peer)
