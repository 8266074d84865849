"""Any datagram is right for ack."""
from _peer import udp, hear, say

peer = udp()
for text in (b"hello", b"\0\1\2\3", b"{}"):
    say(peer, text); hear(peer)
