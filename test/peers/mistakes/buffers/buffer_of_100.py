"""send(fd, buffer, sizeof buffer) with char buffer[100]."""
from _peer import connect, hear, say

peer = connect()
for text in (b"bob", b"8 / 2", b"9 / 2"):
    say(peer, text.ljust(100, b"\0"))
hear(peer)
