"""A clock's client that keeps every rule: asks for date or time each one to two seconds, as chance has it.

    clock-client.py HOST PORT [COUNT]
"""
import random
import re
import socket
import sys
import time

from _client import HOST, PORT, show, text_of

FORMS = {"SEND_DATE": r"\d\d/\d\d/\d\d", "SEND_TIME": r"\d\d:\d\d:\d\d"}
LOST = 2

count = int(sys.argv[3]) if len(sys.argv) > 3 else 0
family, kind, _, _, address = socket.getaddrinfo(HOST, PORT, type=socket.SOCK_DGRAM)[0]
udp = socket.socket(family, kind)
asked = 0
while count == 0 or asked < count:
    request = random.choice(list(FORMS))
    udp.sendto(request.encode(), address)
    udp.settimeout(LOST)
    try:
        answer = text_of(udp.recvfrom(65536)[0]).rstrip()
        show(f"{request} {answer}" if re.fullmatch(FORMS[request], answer) else f"{request}: no answer: {answer}")
    except OSError:
        show(f"{request}: the answer is lost")
    asked += 1
    if asked != count:
        time.sleep(random.uniform(1, 2))
