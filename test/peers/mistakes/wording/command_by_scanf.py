"""Reads a command word by word."""
from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
for word in (b"download", b"second.txt"):
    say(peer, word); hear(peer)
stay()
