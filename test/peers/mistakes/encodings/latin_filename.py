"""A filename in ISO-8859-1."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"server3")
hear(peer)
say(peer, b"\xfcbung.txt")
hear(peer)
stay()
