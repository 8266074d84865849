"""Ok."""
from _peer import udp_server

server = udp_server()
while True:
    _, who = server.recvfrom(1000)
    server.sendto(b"Ok", who)
