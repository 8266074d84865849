"""An address book's client that keeps every rule: one connection for each address that is typed.

    address-book-client.py HOST PORT
"""
import sys

from _client import PATIENCE, Keyboard, Server, fail, show

keyboard = Keyboard()
wrong = 0


def ask(email):
    """The answer's text, however it comes in pieces."""
    server = Server()
    body = email.encode()
    server.connection.sendall(bytes([ord("Q"), len(body)]) + body)
    answer = b""
    while len(answer) < 2 or len(answer) < 2 + answer[1]:
        more = server.read(PATIENCE)
        if not more:
            fail(f"no whole answer for {email}: {answer!r}")
        answer += more
        if answer[:1] != b"R":
            fail(f"no answer to a query: {answer!r}")
    server.connection.close()
    return answer[2:2 + answer[1]].decode(errors="replace")


while (email := keyboard.line("Address: ")) is not None:
    email = email.strip()
    if len(email.encode()) > 127:
        show("an address has 127 bytes at most")
    elif email:
        name = ask(email)
        show(f"{email}: {name}")
        wrong += name.startswith("Error")
sys.exit(1 if wrong else 0)
