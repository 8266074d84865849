"""A relay's client that keeps every rule: the name is typed, then text|user, then close.

    relay-client.py HOST PORT
"""
from _client import Keyboard, Server, fail, show, text_of

keyboard = Keyboard()
server = Server()


def enter():
    while (name := keyboard.line("Name: ")) is not None:
        server.say(name)
        answer = text_of(server.reply())
        show(answer)
        if not answer.startswith("Server | Name taken"):
            return


enter()
while True:
    kind, what = server.typed_or_heard(keyboard)
    if kind == "heard":
        if not what:
            fail("the server has closed")
        show(text_of(what))
    elif what is None or what.strip() == "close":
        break
    elif what.strip():
        server.say(what)
server.say("close")
for text in server.leave():
    show(text)
