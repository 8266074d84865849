"""The calculator's client: the name, then an expression and its result, until q."""
import socket
import sys

with socket.create_connection((sys.argv[1], int(sys.argv[2]))) as server:
    server.sendall(input("Name: ").encode())
    while True:
        text = input("Expression: ")
        server.sendall(text.encode())
        if text == "q":
            break
        reply = server.recv(1024)
        if not reply:
            break
        print(reply.decode(), flush=True)
