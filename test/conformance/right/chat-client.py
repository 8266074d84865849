"""A chat client that keeps every rule: first :Name:login is typed, then what is to be said.

    chat-client.py HOST PORT
"""
import re

from _client import Keyboard, Server, fail, show, text_of

keyboard = Keyboard()
server = Server()
show(text_of(server.reply("the prompt")))


def hear(data):
    """Each read begins a line, and so does each :Name: behind a newline."""
    if not data:
        fail("the server has closed")
    show(text_of(data))


def enter():
    """The name that was accepted; None where nobody types one."""
    while (line := keyboard.line()) is not None:
        name, _, login = line.strip().removeprefix(":").partition(":")
        if not name:
            continue
        server.say(f":{name}:{login or name}")
        answer = text_of(server.reply())
        show(answer)
        if not re.search(r"^Name taken", answer, re.M):
            return name
        if "\n" not in answer.strip():
            hear(server.reply("the prompt"))
    return None


name = enter()
while name is not None:
    kind, what = server.typed_or_heard(keyboard)
    if kind == "heard":
        hear(what)
    elif what is None:
        break
    elif what.strip():
        server.say(what if what.startswith(f":{name}:") else f":{name}:{what}")
server.connection.shutdown(1)
for text in server.leave():
    show(text)
