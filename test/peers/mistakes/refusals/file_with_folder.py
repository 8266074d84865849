"""Asks with a folder."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"server3"); hear(peer)
say(peer, b"files/server.txt"); hear(peer)
