"""A relay's client that takes turns: a line, its answer, the next line.   relay_client_blocking.py HOST PORT"""
import socket
import sys

try:
    server = socket.create_connection((sys.argv[1], int(sys.argv[2])))
    server.sendall(input("name> ").encode())
    print(server.recv(1024).decode())
    while True:
        line = input("text|name> ")
        server.sendall(line.encode())
        answer = server.recv(1024).decode()
        if not answer:
            print("closed by the relay")
            break
        print(answer)
        if line == "close":
            break
except EOFError:
    pass
except OSError as error:
    print("lost:", error)
    sys.exit(1)
