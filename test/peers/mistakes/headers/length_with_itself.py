"""A length that counts its own four bytes too."""
import struct

from _peer import connect, hear, say

peer = connect()
for text in (b"bob", b"8 / 2"):
    say(peer, struct.pack("!I", 4 + len(text)) + text)
hear(peer)
