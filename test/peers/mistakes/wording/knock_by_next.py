"""Sends each word of the opening."""
from _peer import connect, hear, say, stay

peer = connect()
for word in (b"Knock", b"knock.."):
    say(peer, word); hear(peer)
stay()
