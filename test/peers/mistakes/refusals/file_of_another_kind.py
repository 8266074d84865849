"""Asks for a kind that this server has not."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"server3"); hear(peer)
say(peer, b"server.pdf"); hear(peer)
