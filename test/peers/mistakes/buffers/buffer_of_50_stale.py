"""A buffer of 50 bytes with what was there before."""
from _peer import connect, hear, say, stay

peer = connect()
buffer = bytearray(b"the greeting of another server, and more of it 456")
for text in (b"server3", b"server.txt"):
    buffer[: len(text) + 1] = text + b"\0"
    say(peer, bytes(buffer))
    hear(peer)
stay()
