"""Date and time in other forms."""
from _peer import udp_server

server = udp_server()
while True:
    asked, who = server.recvfrom(1000)
    server.sendto(b"29.11.2026" if b"DATE" in asked else b"10:20:30 PM", who)
