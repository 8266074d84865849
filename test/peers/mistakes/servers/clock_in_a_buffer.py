"""The whole buffer."""
from _peer import udp_server

server = udp_server()
while True:
    _, who = server.recvfrom(1000)
    server.sendto(b"11/21/26".ljust(64, b"\0"), who)
