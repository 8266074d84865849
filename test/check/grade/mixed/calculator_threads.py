"""A calculator with a thread for each client."""
import socket
import sys
import threading


def compute(text):
    try:
        left, sign, right = text.split()
        a, b = float(left), float(right)
    except ValueError:
        return "Incorrect expression format"
    if sign == "+":
        return str(a + b)
    if sign == "-":
        return str(a - b)
    if sign == "*":
        return str(a * b)
    if sign == "/":
        return str(a / b) if b else "Division by zero"
    return "Incorrect operator"


def serve(client):
    with client:
        try:
            name = client.recv(1024)
            print("hello", name, flush=True)
            while data := client.recv(1024):
                text = data.decode(errors="replace").strip()
                if text == "q":
                    break
                client.sendall(compute(text).encode())
        except OSError as error:
            print("lost a client:", error, flush=True)


def main():
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    server.bind(("", int(sys.argv[1])))
    server.listen()
    while True:
        client, _ = server.accept()
        threading.Thread(target=serve, args=(client,), daemon=True).start()


main()
