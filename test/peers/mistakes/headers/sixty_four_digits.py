"""Sends a header of 64 bytes first: the length in digits, filled up with blanks."""
from _peer import connect, hear, say

peer = connect()
for text in (b"bob", b"8 / 2"):
    say(peer, str(len(text)).encode().ljust(64))
    say(peer, text)
hear(peer)
