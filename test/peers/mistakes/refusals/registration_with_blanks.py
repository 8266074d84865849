"""Blanks after the commas."""
from _peer import udp, hear, say

peer = udp()
say(peer, b"REGISTRN, 127.0.0.1, 1236, pdf, server1"); hear(peer)
