"""A semicolon after each text, as in C."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"eve;")
for text in (b"3 * 3;", b"4 - 1;"):
    say(peer, text); hear(peer)
stay()
