"""Reads an expression word by word, and sends each."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"eve")
for word in (b"12", b"/", b"5"):
    say(peer, word); hear(peer)
stay()
