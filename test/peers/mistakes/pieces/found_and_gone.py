"""Asks for a file and leaves before the acknowledgement."""
from _peer import connect, hear, say, read

peer = connect()
say(peer, b"server3"); hear(peer)
say(peer, b"server.txt"); read(peer, 9)
