"""END in capitals."""
from _peer import udp_server

server = udp_server()
while True:
    _, who = server.recvfrom(1000); server.sendto(b"127.0.0.1,9,txt,server3", who); server.sendto(b"END", who)
