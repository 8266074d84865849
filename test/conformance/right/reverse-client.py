"""A reverse client that keeps every rule: lines go as they are typed, and what comes is shown reversed.

    reverse-client.py HOST PORT
"""
import unicodedata

from _client import Keyboard, Server, fail, show, text_of

keyboard = Keyboard()
server = Server()


def reversed_text(text):
    """By what a reader takes for a character: marks stay behind their letter."""
    letters = []
    for one in text:
        if letters and unicodedata.combining(one):
            letters[-1] += one
        else:
            letters.append(one)
    return "".join(reversed(letters))


def hear(text):
    for line in text.split("\n"):
        if line:
            show(reversed_text(line.rstrip("\r")))


first = text_of(server.reply("the verdict"))
if first.startswith("REJECT"):
    fail("REJECT: the server takes no more clients")
show("ACCEPT")
hear(first.removeprefix("ACCEPT"))
while True:
    kind, what = server.typed_or_heard(keyboard)
    if kind == "heard":
        if not what:
            fail("the server has closed")
        hear(text_of(what))
    elif what is None or what.strip() == "exit":
        break
    elif what.strip():
        server.say(what)
server.say("exit")
for text in server.leave():
    hear(text)
