#!/usr/bin/env python3
"""A calculator as it is handed in: one client after another, one recv() is one message.

    calculator_server.py PORT
"""
import socket
import sys


def compute(expression):
    try:
        first, operator, second = expression.split()
        a, b = float(first), float(second)
    except ValueError:
        return "Incorrect expression format"
    if operator == "+":
        return str(a + b)
    if operator == "-":
        return str(a - b)
    if operator == "*":
        return str(a * b)
    if operator == "/":
        return str(a / b) if b != 0 else "Division by zero"
    return "Incorrect operator"


def serve(client):
    name = client.recv(1024).decode()
    print("client", name, flush=True)
    while True:
        expression = client.recv(1024).decode()
        print(name, "asks", expression, flush=True)
        if expression == "q" or expression == "":
            return
        client.send(compute(expression).encode())


listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(5)
print("listening on", listener.getsockname()[1], flush=True)

while True:
    connection, _ = listener.accept()
    serve(connection)
    connection.close()
