"""A registry on socketserver: a thread for each datagram, a lock, and a file of lines that is written anew.

    bootstrap_threads.py PORT STORE
"""
import ipaddress
import os
import socketserver
import sys
import threading
import time

PORT, STORE = int(sys.argv[1]), sys.argv[2]
LOCK = threading.Lock()
ERRORS = {}


def load():
    try:
        with open(STORE) as file:
            lines = [line.rstrip("\n").split(",") for line in file]
    except FileNotFoundError:
        lines = []
    return {(ip, port): (service, token) for ip, port, service, token in lines}


SERVERS = load()


def save():
    with open(STORE + ".new", "w") as file:
        for (ip, port), (service, token) in SERVERS.items():
            print(ip, port, service, token, sep=",", file=file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(STORE + ".new", STORE)


def checked(ip, port, service, token):
    ipaddress.ip_address(ip)
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise ValueError("port")
    if not all(1 <= len(word) <= 64 for word in (service, token)):
        raise ValueError("word")
    return (ip, str(int(port))), (service, token)


def answers(wanted):
    by_ip = {}
    for (ip, port), (service, token) in SERVERS.items():
        if wanted in (None, service):
            by_ip.setdefault(ip, []).append(f"{port},{service},{token}")
    for ip in sorted(by_ip):
        line = ip
        for one in by_ip[ip]:
            if len(line) + 1 + len(one) > 1400:
                yield line
                line = ip
            line += "," + one
        yield line
    yield "end"


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        data, sock = self.request
        fields = data.split(b"\0")[0].decode(errors="replace").rstrip("\r\n").split(",")
        say = lambda text: sock.sendto(text.encode(), self.client_address)
        with LOCK:
            if fields[0] == "DISCOVERY" and len(fields) < 3:
                for text in answers(fields[1] if len(fields) > 1 else None):
                    say(text)
            elif fields[0] == "DEREGISTR" and len(fields) == 4:
                _, ip, port, token = fields
                if SERVERS.get((ip, port), (None, None))[1] == token:
                    del SERVERS[ip, port]
                    save()
            elif fields[0] == "REGISTRN":
                try:
                    place, words = checked(*fields[1:])
                except (ValueError, TypeError):
                    return say("ERROR,bad registration")
                SERVERS[place] = words
                save()
            elif time.monotonic() - ERRORS.get(self.client_address, -2) > 1:
                ERRORS[self.client_address] = time.monotonic()
                say("ERROR,unknown request")


class Server(socketserver.ThreadingUDPServer):
    daemon_threads = True
    max_packet_size = 65536


Server(("127.0.0.1", PORT), Handler).serve_forever()
