"""A calculator's client that keeps every rule: the name, then expressions, as they are typed.

    calculator-client.py HOST PORT
"""
from _client import Keyboard, Server, fail, show, text_of

keyboard = Keyboard()
server = Server()
server.say(keyboard.line("Name: ") or "anonymous")
while True:
    print("Expression: ", end="", flush=True)
    kind, what = server.typed_or_heard(keyboard)
    if kind == "heard":
        if not what:
            fail("the server has closed")
        show(text_of(what))
    elif what is None or what.strip() == "q":
        break
    elif what.strip():
        server.say(what.strip())
        show(text_of(server.reply()))
server.say("q")
for text in server.leave():
    show(text)
