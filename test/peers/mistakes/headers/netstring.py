"""A netstring."""
from _peer import connect, hear, say, stay

peer = connect()
hear(peer)
say(peer, b"5:hello,")
say(peer, b"7:goodbye,")
stay()
