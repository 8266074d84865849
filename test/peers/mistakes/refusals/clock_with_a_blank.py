"""SEND DATE."""
from _peer import udp, hear, say

peer = udp()
say(peer, b"SEND DATE"); hear(peer)
