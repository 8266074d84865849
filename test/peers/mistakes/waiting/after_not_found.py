"""Waits for a size after not found."""
from _peer import connect, hear, say, read

peer = connect()
say(peer, b"server3"); hear(peer)
say(peer, b"sever.txt"); hear(peer)
read(peer, 4)
