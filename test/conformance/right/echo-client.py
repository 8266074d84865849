"""An echo client that keeps every rule: commands are typed; what it downloads it saves beside itself.

    echo-client.py HOST PORT
"""
import os

from _client import Keyboard, Server, fail, show, text_of

PROBLEM = b"Problem in opening file"
keyboard = Keyboard()
server = Server()
show(text_of(server.reply("the greeting")))


def save(command, reply):
    name = "client_" + os.path.basename(command.removeprefix("download ").strip())
    with open(name, "wb") as file:
        file.write(reply)
    show(f"saved {name}, {len(reply)} bytes")


while True:
    kind, what = server.typed_or_heard(keyboard)
    if kind == "heard":
        if not what:
            fail("the server has closed")
        show(text_of(what))
        continue
    if what is None or what.strip() == "close":
        break
    if not what.strip():
        continue
    server.say(what)
    reply = server.reply()
    if what.startswith("download ") and not reply.startswith(PROBLEM):
        save(what, reply)
    else:
        show(text_of(reply))
server.say("close")
for text in server.leave():
    show(text)
