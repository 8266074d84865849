"""Lines that end in CR."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"bob\r")
say(peer, b"8 / 2\r")
hear(peer)
stay()
