"""Servers with one thing wrong each, for the doctor. `patients.py NAME` prints its port, and lives until it is ended."""
import socket
import struct
import sys
import time


def tcp(host="127.0.0.1", backlog=5, family=socket.AF_INET, port=0):
    server = socket.socket(family, socket.SOCK_STREAM)
    if family == socket.AF_INET6:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    server.bind((host, port))
    server.listen(backlog)
    return server


def udp():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    return server


def tell(server):
    print(server.getsockname()[1], flush=True)
    return server


def reset(peer):
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


def sleep():
    while True:
        time.sleep(60)


def serve(server, each):
    while True:
        each(server.accept()[0])


def reads_on(peer):
    while peer.recv(4096):
        pass
    peer.close()


def echoes(peer):
    while True:
        data = peer.recv(4096)
        if not data:
            break
        peer.sendall(data)
    peer.close()


def greets(words):
    def each(peer):
        peer.sendall(words)
        reads_on(peer)

    return each


def resets_on_a_line(peer):
    if peer.recv(1):
        reset(peer)


def closes_on_a_line(peer):
    peer.recv(4096)
    peer.close()


def answers(words):
    def each(peer):
        while peer.recv(4096):
            peer.sendall(words)
        peer.close()

    return each


def full():
    server = tcp(backlog=0)
    others = []
    for _ in range(4):
        other = socket.socket()
        other.setblocking(False)
        other.connect_ex(server.getsockname())
        others.append(other)
    time.sleep(0.2)
    tell(server)
    sleep()


def accepts_and(then):
    server = tell(tcp())
    kept = server.accept()
    then()
    return kept


def computes():
    while True:
        pass


def reads_keyboard():
    sys.stdin.readline()
    sleep()


def swapped():
    for port in range(20_000, 30_000):
        other = socket.htons(port)
        if other < 1024 or other == port:
            continue
        try:
            wanted = tcp(port=port)
            wrong = tcp(port=other)
        except OSError:
            continue
        wanted.close()
        print(port, flush=True)
        serve(wrong, reads_on)


def time_wait():
    server = tcp()
    port = server.getsockname()[1]
    client = socket.create_connection(("127.0.0.1", port))
    peer, _ = server.accept()
    peer.close()
    client.recv(1)
    client.close()
    server.close()
    print(port, flush=True)
    sleep()


def busy():
    server = tcp()
    client = socket.create_connection(server.getsockname())
    peer, _ = server.accept()
    tell(server)
    peer.recv(1)
    client.close()


def udp_answers(reply):
    server = tell(udp())
    while True:
        data, sender = server.recvfrom(4096)
        server.sendto(reply if reply is not None else data, sender)


def udp_reads():
    server = tell(udp())
    while True:
        server.recvfrom(4096)


def udp_sleeps():
    _server = tell(udp())
    sleep()


PATIENTS = {
    "listens": lambda: serve(tell(tcp()), reads_on),
    "listens-on-6": lambda: serve(tell(tcp("::1", family=socket.AF_INET6)), reads_on),
    "echoes": lambda: serve(tell(tcp()), echoes),
    "greets-as-chat": lambda: serve(tell(tcp()), greets(b"Please, Enter Your ig name")),
    "greets-as-ssh": lambda: serve(tell(tcp()), greets(b"SSH-2.0-patient\r\n")),
    "answers-knock": lambda: serve(tell(tcp()), answers(b"Try: Knock knock..")),
    "answers-oddly": lambda: serve(tell(tcp()), answers(b"what?")),
    "hangs-up": lambda: serve(tell(tcp()), lambda peer: peer.close()),
    "resets": lambda: serve(tell(tcp()), reset),
    "resets-on-a-line": lambda: serve(tell(tcp()), resets_on_a_line),
    "closes-on-a-line": lambda: serve(tell(tcp()), closes_on_a_line),
    "forgot-accept": lambda: (tell(tcp()), sleep()),
    "waits-for-keyboard": lambda: (tell(tcp()), reads_keyboard()),
    "busy": busy,
    "full": full,
    "sleeps-on-it": lambda: accepts_and(sleep),
    "computes-on-it": lambda: accepts_and(computes),
    "swapped": swapped,
    "time-wait": time_wait,
    "udp-echoes": lambda: udp_answers(None),
    "udp-as-clock": lambda: udp_answers(b"Invalid request"),
    "udp-reads": udp_reads,
    "udp-sleeps": udp_sleeps,
}

PATIENTS[sys.argv[1]]()
