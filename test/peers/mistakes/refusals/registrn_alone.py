"""sizeof a pointer: REGISTRN, and nothing of what stands after it."""
from _peer import udp

peer = udp()
peer.send(b"REGISTRN,127.0.0.1,1236,pdf,server1"[:8])
peer.recv(100)
