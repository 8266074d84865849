"""The time for SEND_DATE, and the date for SEND_TIME."""
import time

from _peer import udp_server

server = udp_server()
while True:
    request, who = server.recvfrom(1000)
    form = "%H:%M:%S" if request == b"SEND_DATE" else "%m/%d/%y"
    server.sendto(time.strftime(form).encode(), who)
