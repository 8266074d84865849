"""Leaves the token out of its registration."""
import socket

from _peer import PORT

peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
peer.settimeout(20)
peer.sendto(b"REGISTRN,127.0.0.1,1236,pdf", ("127.0.0.1", PORT))
peer.recvfrom(1024)
