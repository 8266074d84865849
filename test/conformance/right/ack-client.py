"""A client of an acknowledger that keeps its rule: each line that is typed is a datagram.

    ack-client.py HOST PORT
"""
import socket

from _client import HOST, PORT, Keyboard, fail, show, text_of

LOST = 2

keyboard = Keyboard()
family, kind, _, _, address = socket.getaddrinfo(HOST, PORT, type=socket.SOCK_DGRAM)[0]
udp = socket.socket(family, kind)
udp.settimeout(LOST)
lost = 0
while (line := keyboard.line("Message: ")) is not None:
    udp.sendto(line.encode(), address)
    try:
        answer = text_of(udp.recvfrom(65536)[0]).rstrip()
        show(answer if answer == "Ok" else f"no acknowledgement: {answer}")
        lost += answer != "Ok"
    except OSError:
        show("no acknowledgement came")
        lost += 1
if lost:
    fail(f"{lost} not acknowledged")
