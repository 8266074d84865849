"""A registry's client that keeps every rule: each line that is typed is a request; an answer is read up to its end.

    bootstrap-client.py HOST PORT
"""
import ipaddress
import socket

from _client import HOST, PORT, Keyboard, fail, show, text_of

LOST = 2

keyboard = Keyboard()
family, kind, _, _, address = socket.getaddrinfo(HOST, PORT, type=socket.SOCK_DGRAM)[0]
udp = socket.socket(family, kind)
udp.settimeout(LOST)


def answers():
    """The datagrams before `end`."""
    while True:
        try:
            answer = text_of(udp.recvfrom(65536)[0]).rstrip("\r\n")
        except OSError:
            fail("the list has no end: its last datagram is lost")
        if answer == "end":
            return
        yield answer


def listed(answer):
    ip, *fields = answer.split(",")
    try:
        ipaddress.ip_address(ip)
    except ValueError:
        fail(f"no answer to DISCOVERY: {answer}")
    for start in range(0, len(fields) - 2, 3):
        port, service, token = fields[start:start + 3]
        yield f"{ip} {port} {service} {token}"


while (line := keyboard.line("Request: ")) is not None:
    if not line.strip():
        continue
    udp.sendto(line.strip().encode(), address)
    if line.startswith("DISCOVERY"):
        for answer in answers():
            for one in listed(answer):
                show(one)
        show("end of the list")
