"""Asks for SERVER.TXT."""
from _peer import connect, hear, say

peer = connect()
say(peer, b"server3"); hear(peer)
say(peer, b"SERVER.TXT"); hear(peer)
