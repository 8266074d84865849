#!/usr/bin/env python3
"""A calculator's client as it is handed in: the name and each expression are one send(), each result one recv().

    calculator_client.py PORT < lines        the first line is the name
"""
import socket
import sys

client = socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10)
client.send(input("Name: ").encode())
while True:
    expression = input("Expression: ")
    client.send(expression.encode())
    if expression == "q":
        break
    print(client.recv(1024).decode(), flush=True)
client.close()
