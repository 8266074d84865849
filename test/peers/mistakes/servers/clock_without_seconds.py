"""Leaves out the seconds."""
from _peer import udp_server

server = udp_server()
while True:
    a, who = server.recvfrom(1000); server.sendto(b"10:20" if b"TIME" in a else b"2026-11-29", who)
