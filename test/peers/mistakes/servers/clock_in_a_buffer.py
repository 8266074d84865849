"""The whole buffer as an answer."""
from _peer import udp_server

server = udp_server()
while True:
    asked, who = server.recvfrom(1000)
    answer = b"11/21/26" if asked.startswith(b"SEND_DATE") else b"10:20:30"
    server.sendto(answer.ljust(64, b"\0"), who)
