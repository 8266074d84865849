"""Asks for date and time."""
from _peer import udp, hear, say

peer = udp()
for text in (b"SEND_DATE", b"SEND_TIME\n"):
    say(peer, text); hear(peer)
