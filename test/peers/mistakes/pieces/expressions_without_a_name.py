"""Sends its expressions at once, and no name before them."""
from _peer import connect, hear, say, stay

peer = connect()
say(peer, b"1 + 115 + 35"); hear(peer)
stay()
