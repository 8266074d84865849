"""A registration again, as leases want it."""
import time

from _peer import udp, say

peer = udp()
for _ in range(2):
    say(peer, b"REGISTRN,127.0.0.1,1236,pdf,server1")
    time.sleep(1)
