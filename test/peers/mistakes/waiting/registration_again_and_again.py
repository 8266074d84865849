"""Waits for an answer to its registration, and sends it again."""
import time

from _peer import udp, say

peer = udp()
for _ in range(5):
    say(peer, b"REGISTRN,127.0.0.1,1236,pdf,server1")
    time.sleep(0.3)
