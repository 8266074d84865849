"""A calculator as a good student hands it in: a thread a client, one recv() is one message."""
import socket
import sys
import threading


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
    with client:
        try:
            name = client.recv(1024).decode(errors="replace")
            while name:
                expression = client.recv(1024).decode(errors="replace")
                if expression == "q" or expression == "":
                    return
                client.sendall(compute(expression).encode())
        except OSError as error:
            print("lost", error, flush=True)


listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(50)

while True:
    connection, _ = listener.accept()
    threading.Thread(target=serve, args=(connection,), daemon=True).start()
