#!/usr/bin/env python3
"""Fifty clients of a calculator, for docs/tour.md: 49 ask for a sum every second, and one is stuck.

    python3 examples/fifty-clients.py [port] [seconds]

They connect to this machine only, and end by themselves: after ten minutes, or with Ctrl-C.
"""

import socket
import sys
import threading
import time

PORT = int(sys.argv[1]) if len(sys.argv) > 1 else 4389
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 600
CLIENTS = 50
THE_STUCK_ONE = 17

end = time.monotonic() + SECONDS


def connect():
    client = socket.create_connection(("127.0.0.1", PORT), timeout=10)
    client.settimeout(SECONDS)
    return client


def ask(client, expression):
    client.sendall(expression.encode())
    return client.recv(1024)


def well_behaved(client, name, number):
    client.sendall(name.encode())
    count = 0
    while time.monotonic() < end:
        time.sleep(1)
        count += 1
        if not ask(client, f"{number} + {count}"):
            break  # the server has closed
    client.sendall(b"q")


def stuck(client, name):
    client.sendall(name.encode())
    greeting = client.recv(1024)  # the mistake: a calculator does not greet
    print(f"{name}: at last! {greeting}", flush=True)
    print(f"{name}: 6 * 7 is {ask(client, '6 * 7')}", flush=True)
    time.sleep(5)
    client.sendall(b"q")
    client.recv(1024)  # empty: the server has closed too


def run(client, number):
    name = f"student{number:02}"
    try:
        if number == THE_STUCK_ONE:
            stuck(client, name)
        else:
            well_behaved(client, name, number)
    except OSError as error:
        print(f"{name}: {error}", flush=True)
    finally:
        client.close()


threads = []
for number in range(1, CLIENTS + 1):
    try:
        client = connect()
    except OSError as error:
        sys.exit(f"port {PORT}: {error}; start a lab first: npm start")
    threads.append(threading.Thread(target=run, args=(client, number), daemon=True))
    threads[-1].start()
    time.sleep(0.02)
print(f"{CLIENTS} clients are connected to port {PORT}; Ctrl-C ends them", flush=True)
try:
    for thread in threads:
        thread.join(max(0, end + 5 - time.monotonic()))
except KeyboardInterrupt:
    print("ended")
