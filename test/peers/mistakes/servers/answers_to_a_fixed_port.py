"""Answers to its own port."""
from _peer import udp_server

server = udp_server()
while True:
    server.recvfrom(1000)
    server.sendto(b"Ok", ("127.0.0.1", 9))
