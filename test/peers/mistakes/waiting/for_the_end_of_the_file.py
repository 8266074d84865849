"""Reads the file until the connection ends."""
from _peer import connect, hear, say, read

peer = connect()
say(peer, b"server3"); hear(peer)
say(peer, b"server.txt"); read(peer, 5)
read(peer, 4)
say(peer, b"Got")
while hear(peer):
    pass
