"""A reverse client with a thread for the server's words; it sends lines.   reverse_client_threads.py HOST PORT"""
import os
import socket
import sys
import threading

try:
    server = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    verdict = server.recv(100).decode()
except OSError as error:
    print("Could not connect:", error)
    os._exit(1)
if not verdict.startswith("ACCEPT"):
    print("refused")
    os._exit(0)


def hear():
    try:
        while data := server.recv(4096):
            for line in data.decode().splitlines():
                print(line[::-1], flush=True)
        print("server left", flush=True)
    except OSError as error:
        print("server lost:", error, flush=True)
    os._exit(0)


threading.Thread(target=hear).start()
for line in sys.stdin:
    try:
        server.sendall(line.encode())
    except OSError:
        break
    if line.strip() == "exit":
        break
else:
    server.shutdown(socket.SHUT_RDWR)
