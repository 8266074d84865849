"""A kind of message, two bytes of length, the text."""
import struct

from _peer import connect, hear, say

peer = connect()
for kind, text in ((1, b"bob"), (2, b"8 / 2")):
    say(peer, struct.pack("!BH", kind, len(text)) + text)
hear(peer)
