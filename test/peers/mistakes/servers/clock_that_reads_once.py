"""Answers one question, and does nothing more."""
from _peer import stay, udp_server

server = udp_server()
asked, who = server.recvfrom(1000)
server.sendto(b"11/21/26" if b"DATE" in asked else b"10:20:30", who)
stay()
