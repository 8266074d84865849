"""Reads and does not answer."""
from _peer import udp_server

server = udp_server()
while True:
    server.recvfrom(1000)
